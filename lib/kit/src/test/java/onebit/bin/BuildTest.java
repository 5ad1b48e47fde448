package onebit.bin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import onebit.bin.Machine.Outcome;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** lib/bin/source-hash and lib/bin/build on a small made-up library, with a Maven that copies sources into jars. */
@DisabledOnOs(OS.WINDOWS)
class BuildTest {
    private static final String ENGINE = "cpu/src/main/resources/META-INF/onebit/engine.properties";

    @TempDir
    Path folder;
    Machine machine;
    Path lib;
    Path dist;

    @BeforeEach
    void setUp() throws IOException {
        machine = new Machine(folder);
        Machine.jdk(machine.systemJdks.resolve("temurin-25"), 25);
        lib = folder.resolve("a project/lib");
        dist = lib.resolve("dist");
        Files.createDirectories(lib.resolve("bin"));
        for (String name : Machine.names(Machine.SCRIPTS)) {
            Files.copy(Machine.SCRIPTS.resolve(name), lib.resolve("bin").resolve(name));
        }
        write("pom.xml", "<project>\n  <version>0.2.0</version>\n</project>\n");
        write("jvm-options", "-Dx=y\n");
        for (String module : Set.of("core", "cpu", "kit")) {
            write(module + "/pom.xml", "<project/>\n");
            write(module + "/src/main/java/A.java", "class A {}\n");
        }
        write(ENGINE, "name=cpu\n");
        machine.tool("mvn", """
                cd "%s"
                echo built >>mvn-was-here
                mkdir -p cpu/target kit/target/libraries
                cp cpu/src/main/java/A.java cpu/target/onebit-cpu-0.2.0.jar
                cp kit/src/main/java/A.java kit/target/onebit-kit-0.2.0.jar
                cp core/src/main/java/A.java kit/target/libraries/onebit-core-0.2.0.jar
                """.formatted(lib));
    }

    private void write(String file, String content) throws IOException {
        Files.createDirectories(lib.resolve(file).getParent());
        Files.writeString(lib.resolve(file), content);
    }

    private String hash() throws IOException, InterruptedException {
        Outcome outcome = machine.run(lib.resolve("bin/source-hash"));
        assertTrue(outcome.status() == 0 && outcome.out().matches("[0-9a-f]{64}"), outcome.toString());
        return outcome.out();
    }

    private Outcome build() throws IOException, InterruptedException {
        return machine.run(lib.resolve("bin/build"));
    }

    private long builds() throws IOException {
        return Files.readAllLines(lib.resolve("mvn-was-here")).size();
    }

    @Test
    void theHashChangesWithContentNameAndNumberOfSources() throws Exception {
        String first = hash();
        assertEquals(first, hash());
        write("core/src/main/java/A.java", "class A { }\n");
        String changed = hash();
        assertNotEquals(first, changed);
        Files.move(lib.resolve("core/src/main/java/A.java"), lib.resolve("core/src/main/java/B.java"));
        String renamed = hash();
        assertNotEquals(changed, renamed);
        write("core/src/main/resources/rows.csv", "");
        assertNotEquals(renamed, hash());
        write("core/src/main/java/A.java", "class A {}\n");
        Files.delete(lib.resolve("core/src/main/java/B.java"));
        Files.delete(lib.resolve("core/src/main/resources/rows.csv"));
        assertEquals(first, hash());
        write("jvm-options", "-Dx=z\n");
        assertNotEquals(first, hash());
    }

    @Test
    void theHashIsThatOfTheListOfHashesInAnyLanguageAndForgetsTestsAndBuiltFiles() throws Exception {
        StringBuilder list = new StringBuilder();
        for (String file : new String[] {"./core/pom.xml", "./core/src/main/java/A.java", "./cpu/pom.xml", "./cpu/src/main/java/A.java", "./" + ENGINE, "./kit/pom.xml",
                "./kit/src/main/java/A.java", "jvm-options", "pom.xml"}) {
            list.append(Adoptium.sha256(Files.readAllBytes(lib.resolve(file)))).append("  ").append(file).append('\n');
        }
        write("core/src/test/java/ATest.java", "class ATest {}\n");
        write("core/target/classes/A.class", "A");
        machine.environment.put("LC_ALL", "en_US.UTF-8");
        assertEquals(Adoptium.sha256(list.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)), hash());
    }

    @Test
    void theHashForgetsHiddenFilesAndEditorsCopies() throws Exception {
        String before = hash();
        write("core/src/main/java/.A.java.swp", "x");
        write("core/src/main/java/A.java~", "x");
        assertEquals(before, hash());
    }

    @Test
    void withoutAProgramForTheHashNothingCountsAsBuilt() throws Exception {
        machine.without("sha256sum", "shasum");
        Outcome outcome = build();
        assertNotEquals(0, outcome.status());
        assertTrue(outcome.err().contains("there is neither sha256sum nor shasum"), outcome.err());
    }

    @Test
    void theBuiltFolderHoldsJarsEnginesVersionAndTheHashOfTheSources() throws Exception {
        Outcome outcome = build();
        assertEquals(0, outcome.status(), outcome.err());
        assertTrue(outcome.err().contains("JDK: Java 25"), outcome.err());
        assertEquals(Set.of("lib", "engines", "version", "jdk", "onebit.aot.jdk", "sources.sha256"), Machine.names(dist));
        assertEquals(Set.of("onebit-kit-0.2.0.jar", "onebit-core-0.2.0.jar"), Machine.names(dist.resolve("lib")));
        assertEquals(Set.of("onebit-cpu-0.2.0.jar"), Machine.names(dist.resolve("engines")));
        assertEquals("0.2.0", Files.readString(dist.resolve("version")).strip());
        assertEquals(hash(), Files.readString(dist.resolve("sources.sha256")).strip());
    }

    @Test
    void itIsBuiltAgainOnlyWhenSourcesHaveChanged() throws Exception {
        build();
        Outcome second = build();
        assertEquals(1, builds());
        assertTrue(second.err().startsWith("JDK: Java 25"), second.err());
        write("cpu/src/main/java/A.java", "class A { int b; }\n");
        build();
        assertEquals(2, builds());
        assertEquals("class A { int b; }\n", Files.readString(dist.resolve("engines/onebit-cpu-0.2.0.jar")));
        assertTrue(Machine.names(lib).stream().noneMatch(name -> name.startsWith(".dist")), Machine.names(lib).toString());
    }

    /** The Java of these tests makes no cache; it is tried once, and again where that was stopped or the JDK is another one. */
    @Test
    void classesAreMadeReadyOnceForEachJdk() throws Exception {
        Path java = machine.systemJdks.resolve("temurin-25/bin/java"), real = java.resolveSibling("java-itself");
        Files.move(java, real);
        Machine.script(java, "case $1 in -X*|--list*) exec '" + real + "' \"$@\" ;; esac\necho tried >>tries; echo classes >onebit.aot.part\n");
        build();
        build();
        assertEquals(1, tries());
        assertEquals("classes\n", Files.readString(dist.resolve("onebit.aot")));
        Files.writeString(java.resolve("../../release").normalize(), "JAVA_VERSION=25.0.1\n");
        build();
        assertEquals(2, tries());
        Files.delete(dist.resolve("onebit.aot.jdk"));
        build();
        assertEquals(3, tries());
        assertEquals(1, builds());
    }

    private long tries() throws IOException {
        return Files.readAllLines(dist.resolve("tries")).size();
    }

    @Test
    void ofTwoAtATimeTheSecondWaitsAndFindsTheWorkDone() throws Exception {
        Assumptions.assumeTrue(Files.exists(machine.path.resolve("flock")), "this system has no flock");
        String maven = Files.readString(machine.path.resolve("mvn"));
        machine.tool("mvn", "while [ ! -e '" + lib.resolve("go-on") + "' ]; do sleep 0.05; done\n" + maven);
        Process first = machine.start(lib.resolve("bin/build"));
        while (!Files.exists(lib.resolve(".lock"))) Thread.sleep(10);
        Process second = machine.start(lib.resolve("bin/build"));
        assertEquals("Another build or test of this checkout goes on; waiting until it ends", second.errorReader().readLine());
        Files.createFile(lib.resolve("go-on"));
        assertEquals(0, Machine.finish(first).status());
        assertEquals(0, Machine.finish(second).status());
        assertEquals(1, builds());
    }

    @Test
    void aVariableThatShellsReadChangesNothing() throws Exception {
        machine.environment.put("CDPATH", ".:/");
        Outcome outcome = machine.run(machine.home.relativize(lib.resolve("bin/build")));
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals(hash(), Files.readString(dist.resolve("sources.sha256")).strip());
    }

    @Test
    void aBuildThatFailsLeavesTheOldOne() throws Exception {
        build();
        String before = Files.readString(dist.resolve("sources.sha256"));
        write("cpu/src/main/java/A.java", "class A {\n");
        machine.tool("mvn", "echo '[ERROR] class, interface, enum, or record expected' >&2; exit 1\n");
        Outcome outcome = build();
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("[ERROR]"), outcome.err());
        assertEquals(before, Files.readString(dist.resolve("sources.sha256")));
    }

    @Test
    void aMavenrcDoesNotChooseTheJdk() throws Exception {
        Path jdk = Machine.jdk(folder.resolve("another place/jdk"), 25);
        machine.environment.put("JAVA_HOME", jdk.toString());
        Files.writeString(machine.home.resolve(".mavenrc"), "JAVA_HOME=/nowhere\nMAVEN_OPTS=-Dfrom=mavenrc\nMAVEN_ARGS=-o\n");
        String maven = Files.readString(machine.path.resolve("mvn"));
        machine.tool("mvn", "[ -n \"$MAVEN_SKIP_RC\" ] || . \"$HOME/.mavenrc\"\necho \"$JAVA_HOME $MAVEN_ARGS $MAVEN_OPTS\" >'" + folder.resolve("seen") + "'\n" + maven);
        Outcome outcome = build();
        assertEquals(0, outcome.status(), outcome.err());
        String seen = Files.readString(folder.resolve("seen"));
        assertTrue(seen.startsWith(jdk + " -o -Dfrom=mavenrc "), seen);
    }

    @Test
    void withoutMavenItIsSaidHowToGetIt() throws Exception {
        machine.without("mvn");
        Outcome outcome = build();
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("apt-get install maven"), outcome.err());
        assertFalse(Files.exists(dist));
    }
}
