package onebit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import onebit.model.WideResNet.Activation;
import onebit.model.WideResNet.Spec;
import onebit.quant.OneBit;
import org.junit.jupiter.api.Test;

class InitialWeightsTest {

    private static final Spec SPEC = Spec.ofPaper(10).withDepth(8).withWidth(4);

    private final Graph graph = WideResNet.graph(SPEC);
    private final NamedTensors state = InitialWeights.state(graph, 7);

    @Test
    void hasEveryParameterAndNoMomentum() {
        state.check(graph);
        assertEquals(graph.parameters().size(), state.names().size());
    }

    @Test
    void deviationIsHesAfterTruncation() {
        for (Node.Conv conv : graph.convolutions()) {
            float[] w = weights(state, conv);
            double mean = IntStream.range(0, w.length).mapToDouble(i -> w[i]).average().orElseThrow();
            double variance = IntStream.range(0, w.length).mapToDouble(i -> (w[i] - mean) * (w[i] - mean)).average().orElseThrow();
            double he = 2.0 / conv.fanIn();
            // Five standard errors: 1 / sqrt(n) for the mean in units of the deviation, below sqrt(2 / n) for the variance.
            assertEquals(0, mean / Math.sqrt(he), 5 / Math.sqrt(w.length), conv.name());
            assertEquals(1, variance / he, 5 * Math.sqrt(2.0 / w.length), conv.name());
        }
    }

    @Test
    void nothingLiesBeyondTwoStandardDeviationsOfTheNormalDrawnFrom() {
        for (Node.Conv conv : graph.convolutions()) {
            double limit = 2 * Math.sqrt(2.0 / conv.fanIn()) / 0.8796256610342398;
            double greatest = 0;
            for (float w : weights(state, conv)) greatest = Math.max(greatest, Math.abs(w));
            assertTrue(greatest <= limit * (1 + 1e-6), conv.name());
            assertTrue(greatest > 0.9 * limit, conv.name());
        }
    }

    @Test
    void isAPureFunctionOfTheSeed() {
        assertEquals(state, InitialWeights.state(graph, 7));
        assertNotEquals(state, InitialWeights.state(graph, 8));
    }

    @Test
    void networksThatDifferInNormOrQuantizerStartFromTheSameWeights() {
        Graph shifted = WideResNet.graph(SPEC.withActivation(new Activation.ShiftedReLU(40)).withQuantizer(new OneBit()));
        NamedTensors other = InitialWeights.state(shifted, 7);
        for (Node.Conv conv : graph.convolutions()) assertArrayEquals(weights(state, conv), weights(other, conv));
    }

    @Test
    void layersOfTheSameShapeDiffer() {
        assertNotEquals(state.get("stage1.block1.conv1.weight"), state.get("stage1.block1.conv2.weight"));
    }

    @Test
    void batchNormStartsAsTheIdentity() {
        assertEquals(Tensor.filled(java.util.List.of(3), 1), state.get("input.norm.scale"));
        assertEquals(Tensor.filled(java.util.List.of(3), 0), state.get("input.norm.offset"));
        assertEquals(Tensor.filled(java.util.List.of(3), 0), state.get("input.norm.mean"));
        assertEquals(Tensor.filled(java.util.List.of(3), 1), state.get("input.norm.variance"));
    }

    private static float[] weights(NamedTensors state, Node.Conv conv) {
        return state.get(Graph.Role.WEIGHT.of(conv.name())).values();
    }
}
