package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import onebit.engine.Batch;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.CpuFeatures;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.quant.FullPrecision;
import onebit.testing.ChangedBatch;
import onebit.testing.SyntheticBatch;
import onebit.testing.UnreadableImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What this engine refuses, and the sentences that say why. */
class CpuEngineErrorsTest {

    private static final CpuFeatures AVX2 = amd("sse2", "avx", "avx2", "fma");
    private static final Graph GRAPH = WideResNet.graph(WideResNet.Spec.ofPaper(10).withDepth(8).withWidth(1).withInput(new Shape(3, 8, 8)));

    private static CpuFeatures amd(String... flags) {
        return CpuFeatures.of("AuthenticAMD", Set.of(flags));
    }

    private static CpuFeatures intel(String... flags) {
        return CpuFeatures.of("GenuineIntel", Set.of(flags));
    }

    @Test
    void vendorAndFlagsTellVectorsAndBf16() {
        assertEquals(new CpuFeatures("AVX2", false, false), AVX2);
        assertEquals(new CpuFeatures("SSE", false, false), amd("sse2"));
        assertEquals(new CpuFeatures("AVX-512", false, false), amd("avx2", "avx512f", "avx512bw"));
        assertEquals(new CpuFeatures("AVX-512", true, true), amd("avx2", "avx512f", "avx512bw", "avx512_bf16"));
        assertEquals(new CpuFeatures("AVX-512", true, false), intel("avx2", "avx512f", "avx512bw", "avx512_bf16"));
        assertEquals(new CpuFeatures("AVX-512", true, true), intel("avx2", "avx512f", "avx512bw", "avx512_bf16", "amx_bf16"));
        assertEquals(new CpuFeatures("AVX-512", true, true), intel("avx2", "avx512f", "avx512bw", "amx_bf16"));
        assertEquals(new CpuFeatures("NEON", false, false), CpuFeatures.of("", Set.of("asimd", "bf16")));
        assertEquals(new CpuFeatures("NEON", false, false), CpuFeatures.of("", Set.of("asimd")));
    }

    @Test
    void withoutBf16InstructionsFloat32IsPreferredAndBf16IsAModeWithAReason() {
        List<Engine.Mode> modes = new CpuEngine(AVX2, false).modes();
        assertEquals(Precision.FLOAT32, modes.getFirst().precision());
        assertTrue(modes.getFirst().available() && modes.getFirst().note().startsWith("AVX2, "), modes.toString());
        assertEquals(new Engine.Mode(Precision.BF16, false,
            "this processor (AVX2) has no bf16 instructions (AVX512_BF16 or AMX); use float32"), modes.get(1));
        assertRefused("The cpu engine cannot compute in bf16 on cpu here: this processor (AVX2) has no bf16 instructions (AVX512_BF16 or AMX); use float32.",
            new CpuEngine(AVX2, false), GRAPH, Precision.BF16);
    }

    @Test
    void bf16IsPreferredWhereItIsFaster() {
        assertEquals(List.of(Precision.BF16, Precision.FLOAT32), precisions(amd("avx512bw", "avx512_bf16")));
        assertEquals(List.of(Precision.BF16, Precision.FLOAT32), precisions(intel("avx512bw", "avx512_bf16", "amx_bf16")));
        assertEquals(List.of(Precision.FLOAT32, Precision.BF16), precisions(intel("avx512bw", "avx512_bf16")));
        assertTrue(new CpuEngine(intel("avx512bw", "avx512_bf16"), false).modes().get(1).available());
    }

    private static List<Precision> precisions(CpuFeatures features) {
        return new CpuEngine(features, false).modes().stream().map(Engine.Mode::precision).toList();
    }

    @Test
    void emulatedBf16IsNeverTheFirst() {
        List<Engine.Mode> modes = new CpuEngine(AVX2, true).modes();
        assertEquals(Precision.FLOAT32, modes.getFirst().precision());
        assertTrue(modes.get(1).available() && modes.get(1).note().endsWith(", bf16 emulated"), modes.toString());
    }

    @Test
    void float64IsNotOfThisEngine() {
        assertRefused("The cpu engine computes in float32 on cpu or bf16 on cpu, not in float64 on cpu.", new CpuEngine(AVX2, false), GRAPH, Precision.FLOAT64);
    }

    @Test
    void aGraphOfAnotherFamilyIsRefusedWithTheNodeAndTheReason() {
        Graph graph = new GraphBuilder("input", new Shape(3, 8, 8)).convolve("conv", 10, 3, 1, Padding.symmetric(1), new FullPrecision())
            .relu("relu").globalPool("pool").softmaxLoss("loss");
        String why = "Node 'pool' cannot be lowered: global pooling reads the last convolution's output or its batch norm.";
        assertRefused(why, new CpuEngine(), graph, Precision.FLOAT32);
    }

    private static void assertRefused(String message, Engine engine, Graph graph, Precision precision) {
        for (NetworkOptions options : List.of(NetworkOptions.training(precision), NetworkOptions.inference(precision)))
            assertEquals(message, assertThrows(UnsupportedOperationException.class, () -> engine.network(graph, options)).getMessage());
    }

    @Test
    void trainingTakesFullBatchesOnANetworkMadeForIt() {
        try (Network network = new CpuEngine().network(GRAPH, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4))) {
            network.load(InitialWeights.state(GRAPH, 1));
            assertEquals("Training takes full batches of 4 images, not 3.",
                assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 3, 1), 0.1)).getMessage());
            assertEquals("This network takes 1 to 4 images at a time, not 5.",
                assertThrows(IllegalStateException.class, () -> network.evaluate(SyntheticBatch.of(GRAPH, 5, 1), null)).getMessage());
            assertTrue(Double.isFinite(network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1).loss()), "a refused batch leaves the network usable");
        }
        try (Network network = new CpuEngine().network(GRAPH, NetworkOptions.inference(Precision.FLOAT32).withBatchSize(4))) {
            network.load(InitialWeights.state(GRAPH, 1));
            assertEquals("This network was made for inference; make one with training options.",
                assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1)).getMessage());
            assertFalse(network.options().training());
        }
    }

    /** Runs out after so many pieces of memory and oneDNN's objects; counts those objects that are not destroyed. */
    private static final class ScarceNatives extends Natives {
        private int left, objects;

        ScarceNatives(int pieces) {
            left = pieces;
        }

        @Override
        synchronized void own(Runnable destroy) {
            objects++;
            super.own(() -> {
                destroy.run();
                objects--;
            });
            if (left-- == 0) throw new OutOfMemoryError("planted");
        }

        @Override
        synchronized long allocate(long bytes) {
            if (left-- == 0) throw new OutOfMemoryError("planted");
            return super.allocate(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, DIRECT", "FLOAT32, WINOGRAD", "BF16, DIRECT", "BF16, WINOGRAD"})
    void whatFailsForWantOfMemoryLeavesNothingBehind(Precision precision, ConvolutionAlgorithm algorithm) throws InterruptedException {
        Bf16.assumeAvailable(precision);
        NetworkOptions options = NetworkOptions.training(precision).withAlgorithm(algorithm).withBatchSize(4);
        NativeLibrary.unpack();
        boolean made = false;
        for (int pieces = 0; !made; pieces += 1 + pieces / 16) {
            ScarceNatives natives = new ScarceNatives(pieces);
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            try (CpuNetwork network = new CpuNetwork(GRAPH, options, 2, natives)) {
                network.load(InitialWeights.state(GRAPH, 1));
                network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1);
                assertTrue(pieces > 10 && natives.objects > 100, "it was to fail half-way, many times");
                made = true;
            } catch (OutOfMemoryError e) {
                assertEquals("planted", e.getMessage());
            }
            assertEquals(0, natives.objects, "oneDNN's objects");
            assertThrows(IllegalStateException.class, () -> natives.allocate(1), "the memory is still there");
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (before.contains(thread) || !thread.getName().startsWith("onebit-cpu-")) continue;
                assertTrue(thread.join(Duration.ofSeconds(20)), thread + " goes on");
            }
        }
    }

    @Test
    void aLabelOfNoClassIsRefusedAndChangesNothing() {
        Batch wrong = new ChangedBatch(SyntheticBatch.of(GRAPH, 4, 1)) {
            @Override
            public int label(int index) {
                return index == 2 ? GRAPH.classes() : super.label(index);
            }
        };
        try (Network network = new CpuEngine().network(GRAPH, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4).withThreads(2))) {
            network.load(InitialWeights.state(GRAPH, 1));
            NamedTensors before = network.state();
            String message = "Image 2 has label " + GRAPH.classes() + "; the network tells classes 0 to " + (GRAPH.classes() - 1) + " apart.";
            assertEquals(message, assertThrows(IllegalArgumentException.class, () -> network.train(wrong, 0.1)).getMessage());
            assertEquals(message, assertThrows(IllegalArgumentException.class, () -> network.evaluate(wrong, null)).getMessage());
            assertEquals(before, network.state());
        }
    }

    @Test
    void anObjectThatCannotBeDestroyedKeepsNoOtherAlive() {
        Natives natives = new Natives();
        List<String> destroyed = new ArrayList<>();
        natives.allocate(1);
        natives.own(() -> destroyed.add("first"));
        natives.own(() -> {
            throw new IllegalStateException("planted");
        });
        natives.own(() -> destroyed.add("last"));
        assertEquals("planted", assertThrows(IllegalStateException.class, natives::close).getMessage());
        assertEquals(List.of("last", "first"), destroyed);
        assertThrows(IllegalStateException.class, () -> natives.allocate(1), "the memory is still there");
    }

    @Test
    void anImageThatCannotBeReadFailsTheStepAndTheNetworkWorksOn() {
        SyntheticBatch whole = SyntheticBatch.of(GRAPH, 4, 1);
        UnreadableImage broken = new UnreadableImage(whole, 3);
        try (Network network = new CpuEngine().network(GRAPH, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4).withThreads(2))) {
            network.load(InitialWeights.state(GRAPH, 1));
            double before = network.evaluate(whole, null).loss();
            assertEquals("planted", assertThrows(IllegalArgumentException.class, () -> network.train(broken, 0.1)).getMessage());
            assertEquals(before, network.evaluate(whole, null).loss());
        }
    }
}
