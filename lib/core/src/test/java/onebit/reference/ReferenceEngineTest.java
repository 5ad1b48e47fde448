package onebit.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.model.WideResNet;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.api.Test;

/** The reference engine's forward propagation, averages and descent against values worked out by hand. */
class ReferenceEngineTest {

    private static final NetworkOptions OPTIONS = NetworkOptions.training(Precision.FLOAT64);

    /** Images and labels given in full. */
    private record Given(List<float[]> images, int... labels) implements Batch {
        @Override
        public int size() {
            return images.size();
        }

        @Override
        public int label(int index) {
            return labels[index];
        }

        @Override
        public void read(int index, float[] pixels) {
            System.arraycopy(images.get(index), 0, pixels, 0, images.get(index).length);
        }
    }

    private static final float[] ONE_TO_NINE = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    @Test
    void isFoundByTheServiceLoader() {
        assertTrue(ServiceLoader.load(Engine.class).stream().anyMatch(p -> p.type() == ReferenceEngine.class));
    }

    @Test
    void computesInFloat64Only() {
        Graph graph = RandomGraphs.graph(0);
        String message = assertThrows(UnsupportedOperationException.class,
            () -> new ReferenceEngine().network(graph, NetworkOptions.training(Precision.BF16))).getMessage();
        assertTrue(message.contains("float64") && message.contains("bf16"), message);
    }

    @Test
    void convolutionSlidesItsKernelWithoutTurningIt() {
        GraphBuilder net = new GraphBuilder("input", new Shape(1, 3, 3)).convolve("c", 1, 2, 1, Padding.NONE, new FullPrecision());
        Propagation propagation = propagation(net, "c.weight", List.of(1, 1, 2, 2), 1, 10, 100, 1000);
        assertArrayEquals(new double[] {5421, 6532, 8754, 9865}, propagation.activation("c").values());
    }

    @Test
    void convolutionReadsZerosOnThePadding() {
        GraphBuilder net = new GraphBuilder("input", new Shape(1, 3, 3))
            .convolve("c", 1, 3, 2, new Padding(0, 1, 0, 1), new FullPrecision());
        Propagation propagation = propagation(net, "c.weight", List.of(1, 1, 3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertEquals(new Shape(1, 1, 1), propagation.activation("c").shape());
        net = new GraphBuilder("input", new Shape(1, 3, 3)).convolve("c", 1, 3, 2, Padding.symmetric(1), new FullPrecision());
        propagation = propagation(net, "c.weight", List.of(1, 1, 3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertArrayEquals(new double[] {1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 5 + 6 + 8 + 9}, propagation.activation("c").values());
    }

    @Test
    void oneBitConvolutionUsesSignsTimesHesDeviation() {
        GraphBuilder net = new GraphBuilder("input", new Shape(1, 3, 3)).convolve("c", 1, 2, 1, Padding.NONE, new OneBit());
        Propagation propagation = propagation(net, "c.weight", List.of(1, 1, 2, 2), 0.3f, 0, -2, 5);
        double s = (float) Math.sqrt(2.0 / 4);
        assertArrayEquals(new double[] {s * (1 + 2 - 4 + 5), s * (2 + 3 - 5 + 6), s * (4 + 5 - 7 + 8), s * (5 + 6 - 8 + 9)},
            propagation.activation("c").values(), 1e-12);
    }

    @Test
    void averagePoolCountsOnlyCellsInsideTheImage() {
        GraphBuilder net = new GraphBuilder("input", new Shape(1, 3, 3)).averagePool("p", 3, 2, Padding.symmetric(1));
        assertArrayEquals(new double[] {3, 4, 6, 7}, propagation(net).activation("p").values(), 1e-12);
    }

    @Test
    void channelDoublingAppendsZerosAndActivationsCutBelow() {
        GraphBuilder net = new GraphBuilder("input", new Shape(1, 3, 3)).scale("s", -0.5).channelDoubling("d").shiftedReLU("a");
        Propagation propagation = propagation(net);
        assertArrayEquals(new double[] {-0.5, -1, -1.5, -2, -2.5, -3, -3.5, -4, -4.5, 0, 0, 0, 0, 0, 0, 0, 0, 0}, propagation.activation("d").values());
        assertArrayEquals(new double[] {-0.5, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, propagation.activation("a").values());
    }

    @Test
    void lossIsTheMeanCrossEntropyAndTheFirstOfEqualLogitsIsTheAnswer() {
        Graph graph = new GraphBuilder("input", new Shape(3, 1, 1)).globalPool("pool").softmaxLoss("loss");
        Batch batch = new Given(List.of(new float[] {0, 0, 0}, new float[] {1000, 0, 1000}, new float[] {1000, 0, 1000}), 1, 0, 2);
        StepResult result = new Propagation(graph, Map.of(), batch, false).result();
        assertEquals((Math.log(3) + 2 * Math.log(2)) / 3, result.loss(), 1e-12);
        assertEquals(1, result.correct());
    }

    @Test
    void batchNormTrainsOnTheBatchAndAveragesItsCorrectedVariance() {
        Graph graph = new GraphBuilder("input", new Shape(1, 3, 3)).batchNorm("n", true)
            .convolve("c", 2, 1, 1, Padding.NONE, new FullPrecision()).globalPool("pool").softmaxLoss("loss");
        NamedTensors state = InitialWeights.state(graph, 1).put("n.mean", tensor(List.of(1), 7)).put("n.variance", tensor(List.of(1), 3));
        Batch batch = new Given(List.of(ONE_TO_NINE), 0);
        try (Network network = new ReferenceEngine().network(graph, OPTIONS.withBatchSize(1))) {
            network.load(state);
            network.train(batch, 0);
            // Mean 5; sum of squares 60 over nine values.
            assertEquals(0.99 * 7 + 0.01 * 5, network.state().get("n.mean").values()[0], 1e-6);
            assertEquals(0.99 * 3 + 0.01 * 60 / 8, network.state().get("n.variance").values()[0], 1e-6);
        }
        Propagation training = new Propagation(graph, Map.of("n.scale", new double[] {2}, "n.offset", new double[] {1}, "c.weight", new double[] {1, 1}), batch, true);
        assertEquals(1 + 2 * (9 - 5) / Math.sqrt(60 / 9.0 + 1e-5), training.activation("n").values()[8], 1e-12);
    }

    @Test
    void batchNormInfersWithTheRunningAverages() {
        GraphBuilder net = new GraphBuilder("input", new Shape(1, 3, 3)).batchNorm("n", false);
        Graph graph = net.globalPool("pool").softmaxLoss("loss");
        Propagation propagation = new Propagation(graph, Map.of("n.mean", new double[] {7}, "n.variance", new double[] {3}), new Given(List.of(ONE_TO_NINE), 0), false);
        assertEquals((9 - 7) / Math.sqrt(3 + 1e-5), propagation.activation("n").values()[8], 1e-12);
    }

    @Test
    void descentIsMomentumWithWeightDecayOnConvolutionsOnly() {
        RandomGraphs.Case random = RandomGraphs.of(0);
        NamedTensors gradient = step(random, random.state(), 0, 0, 1);
        NamedTensors start = random.state();
        for (Graph.Parameter p : random.graph().parameters())
            if (p.trainable()) start.put(NamedTensors.momentum(p.name()), Tensor.filled(p.shape(), 0.5f));
        NamedTensors after = step(random, start, 0.9, 0.05, 0.1);
        for (Graph.Parameter p : random.graph().parameters()) {
            if (!p.trainable()) continue;
            double decay = p.role() == Graph.Role.WEIGHT ? 0.05 : 0;
            for (int i = 0; i < p.size(); i++) {
                double w = start.get(p.name()).values()[i], g = -gradient.get(NamedTensors.momentum(p.name())).values()[i];
                double v = 0.9 * 0.5 - 0.1 * (g + decay * w);
                assertEquals(v, after.get(NamedTensors.momentum(p.name())).values()[i], 1e-6, p.name());
                assertEquals(w + v, after.get(p.name()).values()[i], 1e-6, p.name());
            }
        }
    }

    @Test
    void resumedFromItsStateEndsBitForBitTheSame() {
        RandomGraphs.Case random = RandomGraphs.of(4);
        NetworkOptions options = OPTIONS.withBatchSize(random.batch().size());
        try (Network whole = new ReferenceEngine().network(random.graph(), options);
             Network first = new ReferenceEngine().network(random.graph(), options);
             Network second = new ReferenceEngine().network(random.graph(), options)) {
            whole.load(random.state());
            first.load(random.state());
            for (int step = 0; step < 4; step++) whole.train(random.batch(), 0.1);
            for (int step = 0; step < 2; step++) first.train(random.batch(), 0.1);
            second.load(first.state());
            for (int step = 0; step < 2; step++) second.train(random.batch(), 0.1);
            assertEquals(whole.state(), second.state());
        }
    }

    @Test
    void learnsABatchByHeart() {
        Graph graph = WideResNet.graph(new WideResNet.Spec(8, 1, 3, WideResNet.Activation.BATCH_NORM, new OneBit(), new Shape(1, 8, 8),
            WideResNet.Variant.KERAS));
        SyntheticBatch batch = SyntheticBatch.of(graph, 6, 5);
        try (Network network = new ReferenceEngine().network(graph, OPTIONS.withBatchSize(6))) {
            network.load(InitialWeights.state(graph, 1));
            double first = network.train(batch, 0.01).loss();
            StepResult last = null;
            for (int step = 0; step < 40; step++) last = network.train(batch, 0.01);
            assertEquals(6, last.correct());
            assertTrue(last.loss() < first / 2, first + " -> " + last.loss());
        }
    }

    @Test
    @SuppressWarnings("try") // closes before the end of the block
    void refusesWhatDoesNotFit() {
        RandomGraphs.Case random = RandomGraphs.of(0);
        int size = random.batch().size();
        try (Network network = new ReferenceEngine().network(random.graph(), OPTIONS.withBatchSize(size + 1));
             Network inference = new ReferenceEngine().network(random.graph(), NetworkOptions.inference(Precision.FLOAT64).withBatchSize(size))) {
            assertRefused(IllegalStateException.class, "load a state", () -> network.evaluate(random.batch(), null));
            assertRefused(IllegalArgumentException.class, "missing", () -> network.load(new NamedTensors()));
            network.load(random.state());
            inference.load(random.state());
            assertRefused(IllegalStateException.class, "full batches of " + (size + 1), () -> network.train(random.batch(), 0.1));
            assertRefused(IllegalStateException.class, "made for inference", () -> inference.train(random.batch(), 0.1));
            assertRefused(IllegalStateException.class, "1 to " + size, () -> inference.evaluate(SyntheticBatch.of(random.graph(), size + 1, 1), null));
            SyntheticBatch wrongLabels = new SyntheticBatch(random.graph().inputShape(), 1000, size, 1);
            assertRefused(IllegalArgumentException.class, "label", () -> inference.evaluate(wrongLabels, null));
            NamedTensors wrongMomentum = random.state().put("conv0.weight.momentum", Tensor.filled(List.of(1), 0));
            assertRefused(IllegalArgumentException.class, "conv0.weight.momentum", () -> network.load(wrongMomentum));
            network.close();
            network.close();
            assertRefused(IllegalStateException.class, "closed", () -> network.evaluate(random.batch(), null));
            assertRefused(IllegalStateException.class, "closed", () -> network.load(random.state()));
        }
    }

    private static <T extends Exception> void assertRefused(Class<T> type, String words, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(type, call).getMessage();
        assertTrue(message.contains(words), message);
    }

    private static NamedTensors step(RandomGraphs.Case random, NamedTensors state, double momentum, double decay, double rate) {
        try (Network network = new ReferenceEngine().network(random.graph(), OPTIONS.withBatchSize(random.batch().size()).withDescent(momentum, decay))) {
            network.load(state);
            network.train(random.batch(), rate);
            return network.state();
        }
    }

    /** Runs 1 to 9 (3x3) through one-channel nodes without parameters. */
    private static Propagation propagation(GraphBuilder net) {
        return new Propagation(net.globalPool("pool").softmaxLoss("loss"), Map.of(), new Given(List.of(ONE_TO_NINE), 0), true);
    }

    /** The same with one parameter. */
    private static Propagation propagation(GraphBuilder net, String parameter, List<Integer> shape, float... values) {
        double[] v = new double[tensor(shape, values).size()];
        for (int i = 0; i < v.length; i++) v[i] = values[i];
        return new Propagation(net.globalPool("pool").softmaxLoss("loss"), Map.of(parameter, v), new Given(List.of(ONE_TO_NINE), 0), true);
    }

    private static Tensor tensor(List<Integer> shape, float... values) {
        return new Tensor(shape, values);
    }
}
