package onebit.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.Consumer;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.FullPrecision;
import org.junit.jupiter.api.Test;

/** Graphs outside the family of residual and plain networks are refused, with the node and the reason. */
class LoweringTest {

    /** Convolution "a", the nodes in between, convolution "last", global pool, loss. */
    private static Graph graph(Consumer<GraphBuilder> between) {
        GraphBuilder net = new GraphBuilder("input", new Shape(3, 8, 8));
        conv(net, "a", 3);
        between.accept(net);
        conv(net, "last", 3);
        return net.globalPool("pool").softmaxLoss("loss");
    }

    private static void conv(GraphBuilder net, String name, int channels) {
        net.convolve(name, channels, 3, 1, Padding.symmetric(1), new FullPrecision());
    }

    private static void assertRefused(String message, Graph graph) {
        String cannot = "Node '" + message.substring(0, message.indexOf(':')) + "' cannot be lowered: " + message.substring(message.indexOf(':') + 2);
        assertEquals(cannot, assertThrows(UnsupportedOperationException.class, () -> TrainingPlan.training(graph)).getMessage());
        assertEquals(cannot, assertThrows(UnsupportedOperationException.class, () -> TrainingPlan.inference(graph)).getMessage());
    }

    @Test
    void twoConvolutionsOnOneTensor() {
        assertRefused("c: 'a' is read by two convolutions.", graph(net -> {
            conv(net, "b", 3);
            net.continueAt("a");
            conv(net, "c", 3);
            net.add("sum", "c", "b");
        }));
    }

    @Test
    void twoSkipsFromOneTensor() {
        assertRefused("sum2: 'a' is read by two skips.", graph(net -> {
            conv(net, "b", 3);
            net.add("sum1", "b", "a");
            conv(net, "c", 3);
            net.add("sum2", "c", "a");
        }));
    }

    @Test
    void normAfterActivation() {
        assertRefused("norm: batch norm is applied to a stored tensor: the input, a convolution's output or a sum.",
            graph(net -> net.relu("relu").batchNorm("norm", false)));
    }

    @Test
    void activationOfAnActivation() {
        assertRefused("shifted: an activation is applied to a stored tensor or to its batch norm.",
            graph(net -> net.relu("relu").shiftedReLU("shifted")));
    }

    @Test
    void poolingOutsideASkip() {
        assertRefused("last: a convolution reads a stored tensor, its batch norm or its activation.",
            graph(net -> net.averagePool("half", 3, 2, Padding.symmetric(1))));
        assertRefused("half: average pooling is for skips, on a stored tensor.",
            graph(net -> net.relu("relu").averagePool("half", 3, 2, Padding.symmetric(1))));
    }

    @Test
    void channelsDoubledTwice() {
        assertRefused("four: channel doubling is for skips, on a stored tensor or its pooling.",
            graph(net -> net.channelDoubling("two").channelDoubling("four")));
    }

    @Test
    void aSumWithoutAConvolution() {
        assertRefused("sum: an addition joins a convolution that nothing else reads and a skip.",
            graph(net -> net.relu("relu").add("sum", "relu", "a")));
    }

    @Test
    void scalingInsideTheNetwork() {
        assertRefused("last: a convolution reads a stored tensor, its batch norm or its activation.", graph(net -> net.scale("half", 0.5)));
        assertRefused("half: scaling is for the scores before the loss.", graph(net -> net.relu("relu").scale("half", 0.5)));
    }

    @Test
    void activatedScores() {
        GraphBuilder net = new GraphBuilder("input", new Shape(3, 8, 8));
        conv(net, "a", 3);
        assertRefused("pool: global pooling reads the last convolution's output or its batch norm.", net.relu("relu").globalPool("pool").softmaxLoss("loss"));
    }

    @Test
    void scoresThatAreNotPooled() {
        GraphBuilder net = new GraphBuilder("input", new Shape(3, 1, 1));
        assertRefused("loss: the loss reads globally pooled scores.", net.convolve("a", 3, 1, 1, Padding.NONE, new FullPrecision()).softmaxLoss("loss"));
    }
}
