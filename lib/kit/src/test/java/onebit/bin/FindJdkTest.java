package onebit.bin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which JDK lib/bin/find-jdk takes of those on a machine. */
@DisabledOnOs(OS.WINDOWS)
class FindJdkTest {
    private static final Path FIND_JDK = Machine.SCRIPTS.resolve("find-jdk");

    @TempDir
    Path folder;
    Machine machine;

    @BeforeEach
    void setUp() throws IOException {
        machine = new Machine(folder);
    }

    private Machine.Outcome find(String... arguments) throws IOException, InterruptedException {
        return machine.run(FIND_JDK, arguments);
    }

    private static void assertFound(Path jdk, String why, Machine.Outcome outcome) {
        assertAll(() -> assertEquals(0, outcome.status(), outcome.err()), () -> assertEquals(jdk.toString(), outcome.out()),
                () -> assertTrue(outcome.err().contains(why), outcome.err()));
    }

    private static void assertFails(String message, Machine.Outcome outcome) {
        assertAll(() -> assertEquals(1, outcome.status(), outcome.err()), () -> assertEquals("", outcome.out()),
                () -> assertTrue(outcome.err().contains(message), outcome.err()));
    }

    @Test
    void theOneInJavaHomeComesBeforeTheOneOnPathAndThatBeforeTheSystems() throws Exception {
        Path system = Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        assertFound(system, "found in " + machine.systemJdks, find());
        Path onPath = Machine.jdk(folder.resolve("jdk on path"), 25);
        machine.javaOnPath(onPath);
        assertFound(onPath, "(PATH)", find());
        Path home = Machine.jdk(folder.resolve("java home"), 25);
        machine.environment.put("JAVA_HOME", home.toString());
        assertFound(home, "(JAVA_HOME)", find());
    }

    @Test
    void whereTheDefaultIsJava17TheSystemsJava25IsTakenAndItIsSaidWhy() throws Exception {
        Path old = Machine.jdk(machine.systemJdks.resolve("java-17"), 17);
        machine.javaOnPath(old);
        machine.environment.put("JAVA_HOME", old.toString());
        Path jdk = Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        Machine.Outcome outcome = find();
        assertFound(jdk, "passed over JAVA_HOME: it is Java 17; passed over PATH: it is Java 17", outcome);
        assertEquals(1, outcome.err().lines().count());
    }

    @Test
    void java25IsTakenBeforeANewerOneWhereverThatIs() throws Exception {
        Path newer = Machine.jdk(folder.resolve("java home"), 26);
        machine.environment.put("JAVA_HOME", newer.toString());
        assertFound(newer, "JAVA_HOME; no Java 25 found", find());
        Path jdk = Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        assertFound(jdk, "found in", find());
    }

    @Test
    void onebitJavaHomeIsTakenBeforeAll() throws Exception {
        machine.environment.put("JAVA_HOME", Machine.jdk(folder.resolve("java home"), 25).toString());
        Path jdk = Machine.jdk(folder.resolve("asked for"), 26);
        machine.environment.put("ONEBIT_JAVA_HOME", jdk.toString());
        assertFound(jdk, "(ONEBIT_JAVA_HOME)", find());
    }

    @Test
    void anUnusableOnebitJavaHomeIsAnError() throws Exception {
        Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        machine.environment.put("ONEBIT_JAVA_HOME", folder.resolve("nowhere").toString());
        assertFails("there is no bin/java there", find());
        machine.environment.put("ONEBIT_JAVA_HOME", Machine.jdk(folder.resolve("old"), 17).toString());
        assertFails("but it is Java 17", find());
    }

    @Test
    void aJavaWithoutCompilerOrVectorModuleOrThatDoesNotRunIsPassedOver() throws Exception {
        Path noCompiler = Machine.jdk(machine.systemJdks.resolve("a"), 25);
        Files.delete(noCompiler.resolve("bin/javac"));
        machine.javaOnPath(noCompiler);
        Path noVectors = Machine.jdk(machine.systemJdks.resolve("b"), 25);
        Path java = noVectors.resolve("bin/java");
        Files.writeString(java, Files.readString(java).replace("jdk.incubator.vector", "java.desktop"));
        machine.environment.put("JAVA_HOME", noVectors.toString());
        Machine.script(machine.systemJdks.resolve("c/bin/java"), "exit 1\n");
        Path jdk = Machine.jdk(machine.systemJdks.resolve("d"), 25);
        assertFound(jdk, "passed over JAVA_HOME: it has no module jdk.incubator.vector; passed over PATH: it has no compiler (javac)", find());
    }

    @Test
    void jdksInTheLayoutOfMacOsAndThoseOfSdkmanAreFound() throws Exception {
        Path sdkman = Machine.jdk(machine.home.resolve(".sdkman/candidates/java/25-tem"), 25);
        assertFound(sdkman, "installed by SDKMAN", find());
        Path mac = Machine.jdk(machine.systemJdks.resolve("temurin-25.jdk/Contents/Home"), 25);
        assertFound(mac, "found in", find());
    }

    @Test
    void aJdkWhoseReleaseFileSaysThatItIsOlderIsNotStarted() throws Exception {
        Path old = Machine.jdk(machine.systemJdks.resolve("a-17"), 17);
        Path started = folder.resolve("started");
        Machine.script(old.resolve("bin/java"), "echo >'" + started + "'\n");
        Files.writeString(old.resolve("release"), "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\n");
        Path jdk = Machine.jdk(machine.systemJdks.resolve("b-25"), 25);
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
        assertFound(jdk, "found in", find());
        assertFalse(Files.exists(started));
    }

    @Test
    void quietLeavesTheReasonOut() throws Exception {
        Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        assertEquals("", find("--quiet").err());
    }

    @Test
    void aRememberedAnswerIsGivenAgainUntilAnotherJdkIsAskedForOrItIsGone() throws Exception {
        String memory = folder.resolve("remembered").toString();
        Path first = Machine.jdk(machine.systemJdks.resolve("b"), 25);
        assertFound(first, "found in", find("--remember", memory));
        Path nearer = Machine.jdk(machine.systemJdks.resolve("a"), 25);
        assertFound(first, "found in", find("--remember", memory));

        Path asked = Machine.jdk(folder.resolve("java home"), 25);
        machine.environment.put("JAVA_HOME", asked.toString());
        assertFound(asked, "(JAVA_HOME)", find("--remember", memory));
        machine.environment.remove("JAVA_HOME");
        assertFound(nearer, "found in", find("--remember", memory));

        Files.delete(nearer.resolve("bin/java"));
        assertFound(first, "found in", find("--remember", memory));
    }

    @Test
    void anUnknownArgumentIsWrongUsage() throws Exception {
        Machine.Outcome outcome = find("--best");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("unknown argument --best"), outcome.err());
    }
}
