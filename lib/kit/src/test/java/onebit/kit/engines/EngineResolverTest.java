package onebit.kit.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import onebit.data.Progress;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Execution;
import onebit.engine.Platform;
import onebit.engine.Precision;
import onebit.run.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineResolverTest {

    private static final Platform LINUX = new Platform("linux-x86_64");
    private static final CpuFeatures AVX2 = CpuFeatures.named("AVX2");
    private static final String WITH_NATIVES = "libraries = probe:probe-natives:jar:${platform}:1.0\nplatforms = linux-x86_64, linux-arm64\n";

    private static final Engine.Mode NO_GPU = new Engine.Mode(Device.CUDA, Precision.BF16, false, "it has no libraries for cuda");

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
        assertEquals(List.of(new Engine.Mode(Precision.FLOAT32, true, "no natives"), NO_GPU), swift.modes());
        assertEquals(List.of(), server.requests);
    }

    @Test
    void opensAnEngineWithItsNativeJarsInItsOwnClassLoader() throws Exception {
        EngineJar.write(engines, "swift", true, WITH_NATIVES);
        EngineJar.write(engines, "swallow", true, WITH_NATIVES);
        EngineResolver resolver = resolver(LINUX);

        Engine swift = resolver.choose("swift", Device.CPU, "auto").engine();
        Engine swallow = resolver.choose("swallow", Device.CPU, "float32").engine();

        assertEquals("natives", swift.modes().getFirst().note());
        assertNotSame(swift.getClass(), swallow.getClass());
        assertEquals(swift.getClass().getName(), swallow.getClass().getName());
    }

    /** The file format of an engine and the engine, asked for one after the other, as commands do it. */
    @Test
    void anEngineIsLoadedOnceAProcess() throws Exception {
        EngineJar.write(engines, "swift", true, WITH_NATIVES);

        ClassLoader ofFormat = resolver(LINUX).modelFormat("swift").getClass().getClassLoader();

        assertSame(ofFormat, resolver(LINUX).choose("swift", Device.CPU, "auto").engine().getClass().getClassLoader());
        assertSame(ofFormat, resolver(LINUX).choose("auto", Device.CPU, "auto").engine().getClass().getClassLoader());
    }

    @Test
    void autoTakesTheMostPreferredThatCanRunAndSaysWhyNotTheOthers() throws Exception {
        EngineJar.write(engines, "grounded", false, "preference = 20\n");
        EngineJar.write(engines, "elsewhere", true, "preference = 15\nplatforms = windows-x86_64\n");
        EngineJar.write(engines, "swift", true, "preference = 10\n");
        EngineJar.write(engines, "sparrow", true, "preference = 5\n");

        EngineChoice choice = resolver(LINUX).choose("auto", Device.CPU, "auto");

        assertEquals("swift", choice.engine().name());
        assertEquals(Precision.FLOAT32, choice.precision());
        assertEquals("swift, float32 (no natives); not grounded: no natives; not elsewhere: it has native libraries for windows-x86_64,"
            + " and this machine is linux-x86_64", choice.explanation());
    }

    /** The probes have float32 on the CPU and, where they have libraries for it, bf16 on a GPU; the reference has float64. */
    @Test
    void aRunGoesOnAsItWasBegunWhereNothingElseIsAskedForAndCanBeHad() throws Exception {
        EngineJar.write(engines, "swift", true, "preference = 20\n");
        EngineJar.write(engines, "falcon", true, "preference = 10\nlibraries.cuda = \n");
        EngineJar.write(engines, "grounded", false, "preference = 5\n");
        EngineResolver resolver = resolver(LINUX);
        record Case(String begun, String engine, Optional<Device> device, String precision, String goesOn) {}

        for (Case c : List.of(
                new Case("falcon float32", "auto", Optional.empty(), "auto", "falcon float32"),
                new Case("falcon bf16 on cuda", "auto", Optional.empty(), "auto", "falcon bf16 on cuda"),
                new Case("falcon bf16 on cuda", "falcon", Optional.empty(), "auto", "falcon bf16 on cuda"),
                new Case("falcon bf16 on cuda", "auto", Optional.of(Device.CPU), "auto", "falcon float32"),
                new Case("falcon bf16 on cuda", "swift", Optional.empty(), "auto", "swift float32"),
                new Case("swift float32", "auto", Optional.of(Device.CUDA), "auto", "falcon bf16 on cuda"),
                new Case("reference float64", "auto", Optional.empty(), "float32", "swift float32"),
                new Case("reference float64", "swift", Optional.empty(), "auto", "swift float32"),
                new Case("swift float32", "reference", Optional.empty(), "auto", "reference float64"),
                new Case("grounded float64", "auto", Optional.empty(), "auto", "reference float64"),
                new Case("unknown bf16", "auto", Optional.empty(), "auto", "swift float32")))
            assertEquals(c.goesOn, resolver.choose(c.engine, c.device, c.precision, Execution.of(c.begun)).execution().label(), c.toString());

        assertTrue(assertThrows(UserError.class, () -> resolver.choose("swift", Optional.empty(), "float64", Execution.of("falcon float32"))).getMessage()
            .startsWith("The engine 'swift' cannot run in float64"));
    }

    @Test
    void theLibrariesForAGpuAreFetchedOnRequestOnly() throws Exception {
        EngineJar.write(engines, "swift", true, WITH_NATIVES.replace(" =", ".cuda ="));
        EngineResolver resolver = resolver(LINUX);

        EngineChoice onCpu = resolver.choose("auto", Device.CPU, "auto");
        assertEquals("swift, float32 (no natives); --device cuda would take swift (no natives)", onCpu.explanation());
        assertEquals(List.of(), server.requests);

        EngineChoice onGpu = resolver.choose("auto", Device.CUDA, "auto");
        assertEquals(Device.CUDA, onGpu.device());
        assertEquals(Precision.BF16, onGpu.precision());
        assertEquals("swift on cuda, bf16 (no natives)", onGpu.explanation());
        assertEquals("natives", onGpu.engine().modes().getFirst().note());
        assertNotSame(onCpu.engine(), onGpu.engine());
    }

    @Test
    void whatIsToBeAskedForByNameIsNotTakenWhereABetterEngineRefuses() throws Exception {
        EngineJar.write(engines, "falcon", false, "preference = 20\nlibraries.cuda = \n");
        EngineJar.write(engines, "swift", true, WITH_NATIVES.replace(" =", ".cuda =") + "automatic.cuda = false\n");
        EngineResolver resolver = resolver(LINUX);

        assertEquals("No engine can run on cuda on this machine; falcon: no natives; swift: it can (no natives), but is taken with --engine swift only;"
            + " reference: it has only cpu.", assertThrows(UserError.class, () -> resolver.choose("auto", Device.CUDA, "auto")).getMessage());
        assertEquals(List.of(), server.requests);
        assertEquals("swift, float32 (no natives); not falcon: no natives; --engine swift --device cuda would take swift (no natives)",
            resolver.choose("auto", Device.CPU, "auto").explanation());
        assertEquals("swift float32", resolver.choose("auto", Optional.empty(), "auto", Execution.of("gone bf16 on cuda")).execution().label());
        assertEquals("swift bf16 on cuda", resolver.choose("auto", Optional.empty(), "auto", Execution.of("swift bf16 on cuda")).execution().label());
    }

    @Test
    void whereLibrariesCannotBeHadItIsSaidWhyNoOtherEngineWasTaken() throws Exception {
        EngineJar.write(engines, "grounded", false, "preference = 20\n");
        EngineJar.write(engines, "swift", true, WITH_NATIVES);
        server.files.clear();

        String message = assertThrows(UserError.class, () -> resolver(LINUX).choose("auto", Device.CPU, "auto")).getMessage();
        assertTrue(message.startsWith("The library " + MavenServer.COORDINATES + " could not be fetched")
            && message.endsWith(" (It was to be swift; not grounded: no natives.)"), message);
    }

    @Test
    void fetchesWhatAnEngineNeedsForAMachineWithoutANetwork() throws Exception {
        EngineJar.write(engines, "swift", false, WITH_NATIVES.replace(" =", ".cuda ="));
        Path elsewhere = folder.resolve("elsewhere");

        resolver(LINUX).byName("swift").fetch(Device.CUDA, AVX2, Optional.of(elsewhere));

        assertTrue(Files.isRegularFile(elsewhere.resolve(MavenServer.JAR)));
        assertTrue(assertThrows(UserError.class, () -> resolver(new Platform("linux-riscv64")).byName("swift").fetch(Device.CUDA, AVX2, Optional.empty()))
            .getMessage().contains("this machine is linux-riscv64"));
    }

    @Test
    void fetchesForAnotherProcessorThanThisMachines() throws Exception {
        EngineJar.write(engines, "swift", true, "libraries = probe:probe-natives:jar:${platform}:1.0\n");
        EngineJar.write(engines, "choosy", true, "libraries = probe:probe-natives:jar:${processor}:1.0\nprocessor.AVX2 = linux-x86_64\nprocessor.AVX-512 = none\n");
        Path elsewhere = folder.resolve("elsewhere");

        assertEquals("linux-x86_64", resolver(LINUX).byName("swift").fetch(Device.CPU, AVX2, Optional.empty()));
        assertEquals("linux-x86_64 with AVX2", resolver(LINUX).byName("choosy").fetch(Device.CPU, AVX2, Optional.of(elsewhere)));

        assertTrue(Files.isRegularFile(elsewhere.resolve(MavenServer.JAR)));
        assertTrue(assertThrows(UserError.class, () -> resolver(LINUX).byName("choosy").fetch(Device.CPU, CpuFeatures.named("AVX-512"), Optional.empty()))
            .getMessage().contains("probe-natives:jar:none:1.0"));
    }

    @Test
    void refusesADeviceThatNoEngineOrNotThisEngineHas() throws Exception {
        EngineJar.write(engines, "swift", true, "");

        String none = assertThrows(UserError.class, () -> resolver(LINUX).choose("auto", Device.CUDA, "auto")).getMessage();
        assertTrue(none.startsWith("No engine can run on cuda on this machine; swift: it has no libraries for cuda; reference: it has only cpu"), none);
        assertEquals("The engine 'reference' cannot run in bf16 on cuda on this machine: it has only cpu. It can run in float64 on cpu.",
            assertThrows(UserError.class, () -> resolver(LINUX).choose("reference", Device.CUDA, "bf16")).getMessage());
    }

    @Test
    void refusesAnUnsupportedPlatformWithASentence() throws Exception {
        EngineJar.write(engines, "swift", true, WITH_NATIVES);
        EngineResolver resolver = resolver(new Platform("linux-riscv64"));

        assertEquals(List.of(false, false), candidate(resolver, "swift").modes().stream().map(Engine.Mode::available).toList());
        String message = assertThrows(UserError.class, () -> resolver.choose("swift", Device.CPU, "auto")).getMessage();
        assertTrue(message.contains("linux-x86_64, linux-arm64") && message.contains("this machine is linux-riscv64"), message);
        assertEquals(List.of(), server.requests);
    }

    @Test
    void refusesAPrecisionThatAnEngineLacksAndNamesWhatItHas() throws Exception {
        EngineJar.write(engines, "swift", true, "");

        String message = assertThrows(UserError.class, () -> resolver(LINUX).choose("swift", Device.CPU, "bf16")).getMessage();

        assertEquals("The engine 'swift' cannot run in bf16 on this machine: it has only float32. It can run in float32 on cpu.", message);
    }

    @Test
    void refusesUnknownNamesWithTheListOfKnownOnes() throws Exception {
        EngineJar.write(engines, "swift", true, "");
        EngineResolver resolver = resolver(LINUX);
        String known = resolver.candidates().stream().map(EngineCandidate::name).collect(Collectors.joining(", "));

        assertTrue(assertThrows(UserError.class, () -> resolver.choose("ostrich", Device.CPU, "auto")).getMessage()
            .startsWith("There is no engine 'ostrich'; there are auto, " + known + "."));
        assertTrue(assertThrows(UserError.class, () -> resolver.byName("auto")).getMessage().startsWith("There is no engine 'auto'; there are " + known + "."));
        assertTrue(assertThrows(UserError.class, () -> resolver.choose("swift", Device.CPU, "float8")).getMessage().contains("'float8'"));
    }

    @Test
    void passesOverJarsThatAreNoEnginesAndAMissingFolder() throws Exception {
        int builtIn = resolver(LINUX).candidates().size();
        Files.createDirectories(engines);
        Files.write(engines.resolve("natives.jar"), EngineJar.natives(folder));

        assertEquals(builtIn, resolver(LINUX).candidates().size());
    }

    @Test
    void anEngineThatCannotBeAskedSaysWhyAndTheOthersAreTaken() throws Exception {
        EngineJar.write(engines, "swift", true, "preference = 5\n");
        EngineJar.write(engines, "faulty", "java.util.Objects.requireNonNull(null, \"planted.\") == null", "preference = 10\nlibraries.cuda = \n");
        String reason = "it cannot say what it can do here: planted";

        EngineCandidate faulty = candidate(resolver(LINUX), "faulty");
        assertTrue(faulty.modes().contains(new Engine.Mode(Device.CUDA, Precision.BF16, false, reason)), faulty.modes().toString());
        assertTrue(faulty.modes().stream().noneMatch(Engine.Mode::available));
        assertEquals("swift, float32 (no natives); not faulty: " + reason, resolver(LINUX).choose("auto", Device.CPU, "auto").explanation());
    }

    @Test
    void saysWhichEngineFileIsBroken() throws Exception {
        Files.createDirectories(engines);
        Path broken = Files.writeString(engines.resolve("onebit-broken.jar"), "no archive");

        assertTrue(assertThrows(UserError.class, () -> resolver(LINUX)).getMessage().contains(broken.toString()));
    }

    @Test
    void anEngineWithoutAFileFormatSaysSo() {
        EngineResolver resolver = new EngineResolver(Path.of("none"), Platform.current(), new NativeArtifacts(MavenSettings::ofUser, Progress.NONE));
        assertEquals("The engine 'reference' has no file format of its own.", assertThrows(UserError.class, () -> resolver.modelFormat("reference")).getMessage());
    }
}
