package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.nvidia.NvidiaDriver;
import onebit.nvidia.NvidiaDriver.Gpu;
import onebit.quant.OneBit;
import onebit.testing.SyntheticBatch;
import onebit.testing.UnreadableImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What this engine refuses, and the sentences that say why. */
class Dl4jEngineErrorsTest {

    private static final Graph GRAPH = WideResNet.graph(WideResNet.Spec.ofPaper(10).withDepth(8).withWidth(1).withInput(new Shape(3, 8, 8)).withQuantizer(new OneBit()));
    private static final int CUDA_11_4 = 11040;

    @Test
    void modesNeedNoClassOfDl4j() {
        List<Engine.Mode> modes = new Dl4jEngine().modes();
        assertEquals(List.of(Device.CPU, Device.CUDA), modes.stream().map(Engine.Mode::device).toList());
        assertTrue(modes.getFirst().available(), modes.toString());
    }

    @Test
    void otherPrecisionsAreNotOfThisEngine() {
        assertEquals("The dl4j engine computes in float32 on cpu or float32 on cuda, not in bf16 on cpu.",
            assertThrows(UnsupportedOperationException.class, () -> new Dl4jEngine().network(GRAPH, NetworkOptions.training(Precision.BF16))).getMessage());
    }

    private static NvidiaDriver driver(int cuda, int major, int minor) {
        return new NvidiaDriver(Optional.empty(), cuda, List.of(new Gpu("Card", major, minor, 8_000_000_000L)));
    }

    @ParameterizedTest
    @CsvSource({"3, 7", "5, 2", "6, 1", "7, 5", "8, 0", "8, 6", "8, 9"})
    void gpusFromKeplerToAdaCanBeUsed(int major, int minor) {
        assertEquals(Optional.empty(), Dl4jEngine.problem(driver(CUDA_11_4, major, minor)));
    }

    @Test
    void whatCannotBeUsedIsSaidWithTheReason() {
        String has = "compute capability %s, 8 GB: ND4J 1.0.0-M2.1, its newest, has machine code for the compute capabilities 3.7 to 8.9 only%s";
        assertEquals("Card, " + has.formatted("9.0", "; use --engine torch"), Dl4jEngine.problem(driver(13010, 9, 0)).orElseThrow());
        assertEquals("Card, " + has.formatted("12.0", "; use --engine torch"), Dl4jEngine.problem(driver(13010, 12, 0)).orElseThrow());
        assertEquals("Card, " + has.formatted("3.5", ""), Dl4jEngine.problem(driver(CUDA_11_4, 3, 5)).orElseThrow());
        assertEquals("the NVIDIA driver runs CUDA 10.2 at most; a newer driver is needed", Dl4jEngine.problem(driver(10020, 7, 5)).orElseThrow());
        assertEquals("no driver", Dl4jEngine.problem(new NvidiaDriver(Optional.of("no driver"), 0, List.of())).orElseThrow());
    }

    @Test
    void trainingTakesFullBatchesOnANetworkMadeForIt() {
        try (Network network = TestEngine.get().network(GRAPH, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4))) {
            assertEquals("The network has no parameters; load a state first.",
                assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1)).getMessage());
            network.load(InitialWeights.state(GRAPH, 1));
            assertEquals("Training takes full batches of 4 images, not 3.",
                assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 3, 1), 0.1)).getMessage());
            assertEquals("This network takes 1 to 4 images at a time, not 5.",
                assertThrows(IllegalStateException.class, () -> network.evaluate(SyntheticBatch.of(GRAPH, 5, 1), null)).getMessage());
            assertTrue(Double.isFinite(network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1).loss()), "a refused batch leaves the network usable");
        }
        try (Network network = TestEngine.get().network(GRAPH, NetworkOptions.inference(Precision.FLOAT32).withBatchSize(4))) {
            network.load(InitialWeights.state(GRAPH, 1));
            assertEquals("This network was made for inference; make one with training options.",
                assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1)).getMessage());
        }
    }

    @Test
    void anImageThatCannotBeReadFailsTheStepAndTheNetworkWorksOn() {
        SyntheticBatch whole = SyntheticBatch.of(GRAPH, 4, 1);
        UnreadableImage broken = new UnreadableImage(whole, 3);
        try (Network network = TestEngine.get().network(GRAPH, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4))) {
            network.load(InitialWeights.state(GRAPH, 1));
            double before = network.evaluate(whole, null).loss();
            assertEquals("planted", assertThrows(IllegalArgumentException.class, () -> network.train(broken, 0.1)).getMessage());
            assertEquals(before, network.evaluate(whole, null).loss());
        }
    }

    /** Weights that are no numbers any more have a sign, and their rectified outputs are 0: the loss alone would not tell. */
    @Test
    void aRunThatDivergedIsSeenByItsLoss() {
        SyntheticBatch batch = SyntheticBatch.of(GRAPH, 4, 1);
        try (Network network = TestEngine.get().network(GRAPH, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4))) {
            network.load(InitialWeights.state(GRAPH, 1));
            double loss = 0;
            for (int step = 0; step < 5; step++) loss = network.train(batch, 1e30).loss();
            assertFalse(Double.isFinite(loss), "loss " + loss);
        }
    }
}
