package onebit.bin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.bin.Machine.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How lib/bin/find-jdk fetches a JDK on a machine whose only Java is 17, from a server on this computer. */
@DisabledOnOs(OS.WINDOWS)
class FetchJdkTest {
    private static final Path FIND_JDK = Machine.SCRIPTS.resolve("find-jdk");
    private static final String NAME = "jdk-25.0.1+8";

    @TempDir
    Path folder;
    Machine machine;
    Adoptium adoptium;
    Path jdks;

    @BeforeEach
    void setUp() throws IOException {
        machine = new Machine(folder);
        machine.javaOnPath(Machine.jdk(machine.systemJdks.resolve("java-17"), 17));
        machine.tool("uname", "if [ \"$1\" = -m ]; then echo aarch64; else echo Linux; fi\n");
        adoptium = new Adoptium(Machine.jdkFiles(25));
        machine.environment.put("ONEBIT_ADOPTIUM", adoptium.address());
        jdks = machine.cache.resolve("onebit/jdk");
    }

    @AfterEach
    void stopServer() {
        adoptium.close();
    }

    private Outcome find(String... arguments) throws IOException, InterruptedException {
        return machine.run(FIND_JDK, arguments);
    }

    private void assertFetched(Outcome outcome) throws IOException {
        Path jdk = jdks.resolve(NAME);
        assertAll(() -> assertEquals(0, outcome.status(), outcome.err()), () -> assertEquals(jdk.toString(), outcome.out()),
                () -> assertEquals(Set.of(NAME), Machine.names(jdks)), () -> assertTrue(Files.isExecutable(jdk.resolve("bin/java"))));
    }

    /** A failure is one sentence or two, and what it leaves in the cache is nothing. */
    private void assertFails(String message, Outcome outcome) throws IOException {
        assertAll(() -> assertEquals(1, outcome.status(), outcome.err()), () -> assertEquals("", outcome.out()),
                () -> assertTrue(outcome.err().contains(message), outcome.err()),
                () -> assertTrue(outcome.err().endsWith("Or install a JDK 25 (https://adoptium.net) and set JAVA_HOME to its folder."), outcome.err()),
                () -> assertEquals(Set.of(), Machine.names(jdks)));
    }

    @Test
    void theJdkForThisPlatformIsFetchedCheckedAndKept() throws Exception {
        Outcome outcome = find();
        assertFetched(outcome);
        assertTrue(outcome.err().contains("no Java 25 on this machine; passed over PATH: it is Java 17"), outcome.err());
        assertTrue(outcome.err().contains("fetching " + adoptium.address() + "/jdk.tar.gz into " + jdks + " (207 MB)"), outcome.err());
        assertTrue(outcome.err().contains("fetched from Adoptium, SHA-256 as it should be"), outcome.err());
        assertEquals(List.of("/v3/assets/latest/25/hotspot?architecture=aarch64&image_type=jdk&os=linux&vendor=eclipse", "/jdk.tar.gz"),
                adoptium.requests());
        Outcome again = find();
        assertFetched(again);
        assertTrue(again.err().contains("fetched earlier"), again.err());
        assertEquals(2, adoptium.requests().size());
    }

    @Test
    void aMacGetsTheOneForMacs() throws Exception {
        machine.tool("uname", "if [ \"$1\" = -m ]; then echo arm64; else echo Darwin; fi\n");
        jdks = machine.home.resolve("Library/Caches/onebit/jdk");
        assertFetched(find());
        assertTrue(adoptium.requests().getFirst().contains("architecture=aarch64&image_type=jdk&os=mac"), adoptium.requests().toString());
    }

    @Test
    void theCacheIsWhereTheEnvironmentSays() throws Exception {
        machine.environment.put("XDG_CACHE_HOME", "relative, so to be ignored");
        jdks = machine.home.resolve(".cache/onebit/jdk");
        assertFetched(find());
        machine.environment.put("ONEBIT_CACHE", folder.resolve("my cache").toString());
        jdks = folder.resolve("my cache/jdk");
        assertFetched(find());
    }

    @Test
    void wgetServesWhereThereIsNoCurl() throws Exception {
        Assumptions.assumeTrue(Files.exists(machine.path.resolve("wget")), "needs wget");
        machine.without("curl");
        assertFetched(find());
        adoptium.hasArchive = false;
        machine.environment.put("XDG_CACHE_HOME", folder.resolve("other cache").toString());
        assertTrue(find().err().contains("404"));
    }

    @Test
    void anArchiveWithAWrongChecksumIsThrownAway() throws Exception {
        adoptium.checksum = "1".repeat(64);
        assertFails("is damaged: its SHA-256 is " + Adoptium.sha256(adoptium.archive) + " and should be " + adoptium.checksum, find());
    }

    @Test
    void anArchiveThatIsCutShortIsThrownAway() throws Exception {
        adoptium.sent = adoptium.archive.length / 2;
        assertFails("cannot be fetched", find());
    }

    @Test
    void anArchiveWithTheRightChecksumThatIsNoArchiveIsThrownAway() throws Exception {
        adoptium.archive = "<html>not this</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        adoptium.sent = adoptium.archive.length;
        adoptium.checksum = Adoptium.sha256(adoptium.archive);
        assertFails("could not be unpacked", find());
    }

    @Test
    void aServerThatHasNoAnswerOrNoArchiveOrIsNotThereIsSaid() throws Exception {
        adoptium.answers = false;
        assertFails("404", find());
        adoptium.answers = true;
        adoptium.hasArchive = false;
        assertFails("404", find());
        adoptium.offers = false;
        assertFails("Adoptium offers no Temurin 25 for linux on aarch64", find());
        adoptium.close();
        assertFails("Is the network there?", find());
    }

    @Test
    void aJdkThatDoesNotRunHereIsThrownAway() throws Exception {
        try (Adoptium other = new Adoptium(java.util.Map.of("bin/java", "exit 1\n"))) {
            machine.environment.put("ONEBIT_ADOPTIUM", other.address());
            assertFails("is of no use on this machine", find());
        }
    }

    @Test
    void anotherSystemOrProcessorOrNoToolToFetchWithIsSaid() throws Exception {
        machine.without("curl", "wget");
        assertFails("neither curl nor wget", find());
        machine.tool("uname", "if [ \"$1\" = -m ]; then echo mips; else echo Linux; fi\n");
        assertFails("a processor of the kind mips", find());
        machine.tool("uname", "echo Plan9\n");
        assertFails("the system Plan9", find());
    }

    @Test
    void nothingIsFetchedWhereThatIsForbidden() throws Exception {
        assertFails("there is no JDK 25 on this machine (passed over PATH: it is Java 17)", find("--no-fetch"));
        assertEquals(List.of(), adoptium.requests());
    }

    @Test
    void aFetchThatIsKilledLeavesNoJdkAndTheNextOneFetchesIt() throws Exception {
        adoptium.stalls = true;
        adoptium.sent = 100;
        Process process = machine.start(FIND_JDK);
        while (adoptium.requests().size() < 2) {
            Thread.sleep(10);
        }
        try (Stream<ProcessHandle> children = process.descendants()) {
            children.forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly().waitFor();
        assertTrue(Machine.names(jdks).stream().noneMatch(NAME::equals));

        adoptium.stalls = false;
        adoptium.sent = adoptium.archive.length;
        Outcome outcome = find();
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals(jdks.resolve(NAME).toString(), outcome.out());
    }

    /** With a second in the place of a minute. */
    @ParameterizedTest
    @CsvSource({"curl, too slow", "wget, fell silent"})
    void aServerThatFallsSilentIsNotWaitedForForGood(String tool, String words) throws Exception {
        Path real = machine.path.resolve(tool);
        Assumptions.assumeTrue(Files.exists(real), "needs " + tool);
        String quicker = Files.readString(real).lines().skip(1).collect(Collectors.joining("\n"));
        machine.without("curl", "wget");
        machine.tool(tool, "for a; do shift; case $a in 60) a=1 ;; *=60) a=${a%60}1 ;; esac; set -- \"$@\" \"$a\"; done\n" + quicker + "\n");
        adoptium.stalls = true;
        adoptium.sent = 100;

        Outcome outcome = find();

        assertFails("cannot be fetched", outcome);
        assertTrue(outcome.err().contains(words), outcome.err());
        assertEquals(1 + 3, adoptium.requests().size(), "the archive is asked for three times");
    }

    @Test
    void twoFetchesAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        List<Process> both = List.of(machine.start(FIND_JDK), machine.start(FIND_JDK));
        for (Process process : both) {
            Outcome outcome = Machine.finish(process);
            assertEquals(0, outcome.status(), outcome.err());
            assertEquals(jdks.resolve(NAME).toString(), outcome.out());
        }
    }
}
