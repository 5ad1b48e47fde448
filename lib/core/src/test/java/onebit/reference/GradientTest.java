package onebit.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference engine's gradients against slopes measured on the loss. */
class GradientTest {

    private static final double TOLERANCE = 1e-6;
    private static final WeightQuantizer FULL = new FullPrecision();

    /** What stands in the middle of a small network, between two convolutions. */
    private record Middle(String name, Consumer<GraphBuilder> nodes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Middle> everyNodeType() {
        return List.of(
            new Middle("convolution 3x3", net -> net.convolve("middle", 5, 3, 1, Padding.symmetric(1), FULL)),
            new Middle("convolution 3x3 without padding", net -> net.convolve("middle", 5, 3, 1, Padding.NONE, FULL)),
            new Middle("convolution 1x1", net -> net.convolve("middle", 5, 1, 1, Padding.NONE, FULL)),
            new Middle("convolution 5x5, stride 3", net -> net.convolve("middle", 2, 5, 3, Padding.symmetric(2), FULL)),
            new Middle("convolution 3x3, stride 2, padded as TensorFlow does",
                net -> net.convolve("middle", 5, 3, 2, Padding.same(6, 7, 3, 2), FULL)),
            new Middle("convolution 3x3, stride 2, padded on every side", net -> net.convolve("middle", 5, 3, 2, Padding.symmetric(1), FULL)),
            new Middle("batch norm", net -> net.batchNorm("middle", false)),
            new Middle("batch norm with scale and offset", net -> net.batchNorm("middle", true)),
            new Middle("ReLU", net -> net.relu("middle")),
            new Middle("shifted ReLU", net -> net.shiftedReLU("middle")),
            new Middle("scale", net -> net.scale("middle", -0.7)),
            new Middle("average pool padded as TensorFlow does", net -> net.averagePool("middle", 3, 2, Padding.same(6, 7, 3, 2))),
            new Middle("average pool padded on every side", net -> net.averagePool("middle", 3, 2, Padding.symmetric(1))),
            new Middle("channel doubling", net -> net.channelDoubling("middle")),
            new Middle("sum of two branches", net -> {
                String start = net.top();
                net.scale("branch", 3);
                net.add("middle", start, "branch");
            }),
            new Middle("sum of a node with itself", net -> net.add("middle", net.top(), net.top())),
            new Middle("global pool", net -> net.globalPool("middle")));
    }

    @ParameterizedTest
    @MethodSource
    void everyNodeType(Middle middle) {
        GraphBuilder net = new GraphBuilder("input", new Shape(2, 6, 7)).batchNorm("input.norm", true);
        net.convolve("first", 3, 3, 1, Padding.symmetric(1), FULL);
        middle.nodes.accept(net);
        net.convolve("last", 4, 1, 1, Padding.NONE, FULL);
        Graph graph = net.globalPool("pool").softmaxLoss("loss");
        SyntheticBatch batch = SyntheticBatch.of(graph, 3, 1);
        new FiniteDifferences(graph, RandomGraphs.state(graph, batch), batch).check(TOLERANCE);
    }

    static Stream<RandomGraphs.Case> wholeNetworks() {
        return LongStream.range(0, 32).filter(seed -> (seed >> 2) % 2 == 0).mapToObj(RandomGraphs::of);
    }

    @ParameterizedTest
    @MethodSource
    void wholeNetworks(RandomGraphs.Case random) {
        new FiniteDifferences(random.graph(), random.state(), random.batch()).check(TOLERANCE);
    }

    static Stream<RandomGraphs.Case> oneBitNetworks() {
        return LongStream.range(0, 16).filter(seed -> (seed >> 2) % 2 == 1).mapToObj(RandomGraphs::of);
    }

    /** The quantizer has no useful slope to measure; what it must do is hand its gradient on. */
    @ParameterizedTest
    @MethodSource("oneBitNetworks")
    void oneBitGradientIsThatOfTheNetworkWithTheQuantizedWeights(RandomGraphs.Case random) {
        Map<String, double[]> weights = values(random.graph(), random.state()), quantized = new HashMap<>(weights);
        for (Node.Conv conv : random.graph().convolutions()) {
            String name = Graph.Role.WEIGHT.of(conv.name());
            double[] w = weights.get(name), q = new double[w.length];
            for (int i = 0; i < w.length; i++) q[i] = Math.copySign((float) Math.sqrt(2.0 / conv.fanIn()), w[i]);
            quantized.put(name, q);
        }
        Propagation oneBit = new Propagation(random.graph(), weights, random.batch(), true);
        Propagation full = new Propagation(inFullPrecision(random.graph()), quantized, random.batch(), true);
        assertArrayEquals(full.logits(), oneBit.logits());
        Map<String, double[]> expected = full.backward(), actual = oneBit.backward();
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, gradient) -> assertArrayEquals(gradient, actual.get(name), name));
    }

    @Test
    void inferenceHasNoBackward() {
        RandomGraphs.Case random = RandomGraphs.of(0);
        Propagation propagation = new Propagation(random.graph(), values(random.graph(), random.state()), random.batch(), false);
        assertThrows(IllegalStateException.class, propagation::backward);
    }

    private static Map<String, double[]> values(Graph graph, NamedTensors state) {
        Map<String, double[]> values = new HashMap<>();
        for (Graph.Parameter p : graph.parameters()) {
            double[] v = new double[p.size()];
            for (int i = 0; i < v.length; i++) v[i] = state.get(p.name()).values()[i];
            values.put(p.name(), v);
        }
        return values;
    }

    private static Graph inFullPrecision(Graph graph) {
        return new Graph(graph.nodes().stream().map(node -> node instanceof Node.Conv c && c.quantizer() instanceof OneBit
            ? new Node.Conv(c.name(), c.input(), c.inputChannels(), c.outputChannels(), c.kernel(), c.stride(), c.padding(), FULL)
            : node).toList());
    }
}
