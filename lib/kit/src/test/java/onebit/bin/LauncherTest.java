package onebit.bin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import onebit.bin.Machine.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** lib/bin/onebit with a JDK that prints what it is started with and exits with 3. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    Path folder;
    Machine machine;
    Path lib;
    Path onebit;

    @BeforeEach
    void setUp() throws IOException {
        machine = new Machine(folder);
        Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        lib = Files.createDirectories(folder.resolve("a project/lib")).toRealPath();
        Files.createDirectories(lib.resolve("bin"));
        for (String name : List.of("onebit", "find-jdk", "language")) {
            Files.copy(Machine.SCRIPTS.resolve(name), lib.resolve("bin").resolve(name));
        }
        onebit = lib.resolve("bin/onebit");
        Files.createDirectories(lib.resolve("dist/lib"));
        Files.writeString(lib.resolve("dist/sources.sha256"), "1234abcd\n");
        Files.createFile(lib.resolve("dist/lib/onebit-kit-0.1.0.jar"));
        Files.createFile(lib.resolve("dist/lib/picocli-4.jar"));
    }

    private List<String> commandLine(String... arguments) {
        Path jars = lib.resolve("dist/lib");
        List<String> expected = new ArrayList<>(List.of("@" + lib.resolve("jvm-options"), "-Donebit.home=" + lib, "-Donebit.sources=1234abcd",
                "-Xlog:disable", "-Xlog:all=warning,aot*=off,cds*=off:stderr", "-cp", jars.resolve("onebit-kit-0.1.0.jar") + ":" + jars.resolve("picocli-4.jar"), "onebit.kit.Main"));
        expected.addAll(List.of(arguments));
        return expected;
    }

    @Test
    void itBecomesTheJvmWithItsArgumentsUntouched() throws Exception {
        Process process = machine.start(onebit, "train", "cifar10-1bit-bn", "--run", "a folder with  spaces", "*", "");
        long pid = process.pid();
        Outcome outcome = Machine.finish(process);
        List<String> lines = outcome.out().lines().toList();
        assertEquals(3, outcome.status(), outcome.err());
        assertEquals("", outcome.err());
        // The same process, so a signal or a kill reaches the JVM.
        assertEquals(Long.toString(pid), lines.getFirst());
        assertEquals(commandLine("train", "cifar10-1bit-bn", "--run", "a folder with  spaces", "*"), lines.subList(1, lines.size()));
    }

    @Test
    void itIsFoundThroughLinks() throws Exception {
        Path links = Files.createDirectories(folder.resolve("links"));
        Path absolute = Files.createSymbolicLink(links.resolve("absolute"), onebit);
        Path relative = Files.createSymbolicLink(links.resolve("relative"), Path.of("absolute"));
        for (Path link : List.of(absolute, relative)) {
            List<String> lines = machine.run(link, "rows").out().lines().toList();
            assertEquals(commandLine("rows"), lines.subList(1, lines.size()));
        }
    }

    @Test
    void itIsFoundByARelativePathWhateverCdpathSays() throws Exception {
        machine.environment.put("CDPATH", ".:/");
        Outcome outcome = machine.run(machine.home.toRealPath().relativize(onebit), "rows");
        List<String> lines = outcome.out().lines().toList();
        assertEquals(commandLine("rows"), lines.subList(1, lines.size()), outcome.err());
    }

    @Test
    void whereNoLanguageIsSetOrInstalledFilesMayHaveNamesInAnyAllTheSame() throws Exception {
        Path java = machine.systemJdks.resolve("temurin-25/bin/java"), real = java.resolveSibling("java-itself");
        Files.move(java, real);
        Machine.script(java, "case $1 in -X*|--list*) exec '" + real + "' \"$@\" ;; *) echo \"${LC_ALL-unset} ${LC_CTYPE-unset} $LC_MESSAGES\" ;; esac\n");
        String english = "unset C.UTF-8 C";
        assertEquals(english, machine.run(onebit, "rows").out(), "no program tells");
        for (String ascii : List.of("ANSI_X3.4-1968", "US-ASCII", "646")) {
            machine.tool("locale", "echo " + ascii + "\n");
            assertEquals(english, machine.run(onebit, "rows").out());
        }
        machine.environment.put("LC_ALL", "de_DE.UTF-8");
        assertEquals(english, machine.run(onebit, "rows").out(), "a language that is set but not installed");
        machine.tool("locale", "echo UTF-8\n");
        assertEquals("unset de_DE.UTF-8 C", machine.run(onebit, "rows").out(), "libc's messages are in English");
        machine.environment.put("LC_ALL", "");
        machine.tool("locale", "echo ISO-8859-1\n");
        assertEquals(" unset C", machine.run(onebit, "rows").out());
    }

    @Test
    void classesMadeReadyByTheBuildAreUsed() throws Exception {
        Path aot = Files.createFile(lib.resolve("dist/onebit.aot"));
        List<String> lines = machine.run(onebit, "rows").out().lines().toList();
        assertTrue(lines.contains("-XX:AOTCache=" + aot), lines.toString());
    }

    @Test
    void furtherOptionsForTheJvmComeFromTheEnvironment() throws Exception {
        machine.environment.put("ONEBIT_JAVA_OPTIONS", "-Xmx1g -verbose:gc");
        List<String> lines = machine.run(onebit, "rows").out().lines().toList();
        assertTrue(lines.containsAll(List.of("-Xmx1g", "-verbose:gc")), lines.toString());
        assertTrue(lines.indexOf("-Xmx1g") < lines.indexOf("onebit.kit.Main"), lines.toString());
    }

    @Test
    void whatIsNotBuiltYetOrHasNoJdkIsSaid() throws Exception {
        Files.delete(machine.systemJdks.resolve("temurin-25/bin/java"));
        Outcome outcome = machine.run(onebit, "rows");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("there is no JDK 25 on this machine"), outcome.err());
        Files.delete(lib.resolve("dist/sources.sha256"));
        outcome = machine.run(onebit, "rows");
        assertEquals(1, outcome.status());
        assertEquals("onebit: not built yet; run make build in " + lib.getParent(), outcome.err());
    }
}
