package onebit.kit.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import onebit.data.Progress;
import onebit.engine.Engine;
import onebit.engine.Precision;
import onebit.run.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineResolverTest {

    private static final Platform LINUX = new Platform("linux-x86_64");
    private static final String WITH_NATIVES = "natives = probe:probe-natives:jar:${platform}:1.0\nplatforms = linux-x86_64, linux-arm64\n";

    @TempDir
    Path folder;
    Path engines;
    MavenServer server;

    @BeforeEach
    void startServer() throws Exception {
        engines = folder.resolve("engines");
        server = new MavenServer();
        byte[] jar = EngineJar.natives(folder);
        server.serve(jar, jar);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    EngineResolver resolver(Platform platform) throws Exception {
        return new EngineResolver(engines, platform, server.artifacts(folder, false, Progress.NONE));
    }

    EngineCandidate candidate(EngineResolver resolver, String name) {
        return resolver.candidates().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void listsAnEngineAndItsModesWithoutFetchingAnything() throws Exception {
        EngineJar.write(engines, "swift", true, "summary = quick as a bird\n" + WITH_NATIVES);

        EngineCandidate swift = candidate(resolver(LINUX), "swift");

        assertEquals("quick as a bird", swift.summary());
        assertEquals(List.of(new Engine.Mode(Precision.FLOAT32, true, "no natives")), swift.modes());
        assertEquals(List.of(), server.requests);
    }

    @Test
    void opensAnEngineWithItsNativeJarsInItsOwnClassLoader() throws Exception {
        EngineJar.write(engines, "swift", true, WITH_NATIVES);
        EngineJar.write(engines, "swallow", true, WITH_NATIVES);
        EngineResolver resolver = resolver(LINUX);

        Engine swift = resolver.choose("swift", "auto").engine();
        Engine swallow = resolver.choose("swallow", "float32").engine();

        assertEquals("natives", swift.modes().getFirst().note());
        assertNotSame(swift.getClass(), swallow.getClass());
        assertEquals(swift.getClass().getName(), swallow.getClass().getName());
    }

    @Test
    void autoTakesTheMostPreferredThatCanRunAndSaysWhyNotTheOthers() throws Exception {
        EngineJar.write(engines, "grounded", false, "preference = 20\n");
        EngineJar.write(engines, "elsewhere", true, "preference = 15\nplatforms = windows-x86_64\n");
        EngineJar.write(engines, "swift", true, "preference = 10\n");
        EngineJar.write(engines, "sparrow", true, "preference = 5\n");

        EngineChoice choice = resolver(LINUX).choose("auto", "auto");

        assertEquals("swift", choice.engine().name());
        assertEquals(Precision.FLOAT32, choice.precision());
        assertEquals("swift, float32 (no natives); not grounded: no natives; not elsewhere: it has native libraries for windows-x86_64,"
            + " and this machine is linux-x86_64", choice.explanation());
    }

    @Test
    void refusesAnUnsupportedPlatformWithASentence() throws Exception {
        EngineJar.write(engines, "swift", true, WITH_NATIVES);
        EngineResolver resolver = resolver(new Platform("linux-riscv64"));

        assertEquals(List.of(false), candidate(resolver, "swift").modes().stream().map(Engine.Mode::available).toList());
        String message = assertThrows(UserError.class, () -> resolver.choose("swift", "auto")).getMessage();
        assertTrue(message.contains("linux-x86_64, linux-arm64") && message.contains("this machine is linux-riscv64"), message);
        assertEquals(List.of(), server.requests);
    }

    @Test
    void refusesAPrecisionThatAnEngineLacksAndNamesWhatItHas() throws Exception {
        EngineJar.write(engines, "swift", true, "");

        String message = assertThrows(UserError.class, () -> resolver(LINUX).choose("swift", "bf16")).getMessage();

        assertEquals("The engine 'swift' cannot run in bf16 on this machine: it has only float32. It can run in float32.", message);
    }

    @Test
    void refusesUnknownNamesWithTheListOfKnownOnes() throws Exception {
        EngineJar.write(engines, "swift", true, "");
        EngineResolver resolver = resolver(LINUX);
        String known = resolver.candidates().stream().map(EngineCandidate::name).collect(Collectors.joining(", "));

        assertTrue(assertThrows(UserError.class, () -> resolver.choose("ostrich", "auto")).getMessage()
            .startsWith("There is no engine 'ostrich'; there are auto, " + known + "."));
        assertTrue(assertThrows(UserError.class, () -> resolver.choose("swift", "float8")).getMessage().contains("'float8'"));
    }

    @Test
    void passesOverJarsThatAreNoEnginesAndAMissingFolder() throws Exception {
        int builtIn = resolver(LINUX).candidates().size();
        Files.createDirectories(engines);
        Files.write(engines.resolve("natives.jar"), EngineJar.natives(folder));

        assertEquals(builtIn, resolver(LINUX).candidates().size());
    }

    @Test
    void saysWhichEngineFileIsBroken() throws Exception {
        Files.createDirectories(engines);
        Path broken = Files.writeString(engines.resolve("onebit-broken.jar"), "no archive");

        assertTrue(assertThrows(UserError.class, () -> resolver(LINUX)).getMessage().contains(broken.toString()));
    }
}
