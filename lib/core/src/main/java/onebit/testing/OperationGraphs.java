package onebit.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;

/** A small network for every operation: a convolution before it, whose gradient comes through it, and one after it. */
public final class OperationGraphs {

    private static final int CHANNELS = 16, CLASSES = 10;
    private static final Shape INPUT = new Shape(3, 16, 16);
    private static final Padding AROUND = Padding.symmetric(1), BEHIND = new Padding(0, 1, 0, 1);

    private OperationGraphs() {}

    /** By the operation's name for people. */
    public static Map<String, Graph> all() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        graphs.put("batch norm", around(net -> net.batchNorm("op", false)));
        graphs.put("batch norm with scale and offset", around(net -> net.batchNorm("op", true)));
        graphs.put("batch norm, ReLU", around(net -> net.batchNorm("norm", false).relu("op")));
        graphs.put("ReLU", around(net -> net.relu("op")));
        graphs.put("shifted ReLU", around(net -> net.shiftedReLU("op")));
        graphs.put("convolution 3x3", around(net -> net.convolve("op", CHANNELS, 3, 1, AROUND, new FullPrecision())));
        graphs.put("convolution 3x3, one bit a weight", around(net -> net.convolve("op", CHANNELS, 3, 1, AROUND, new OneBit())));
        graphs.put("convolution 3x3, stride 2, padding 0 before and 1 after", around(net -> net.convolve("op", 2 * CHANNELS, 3, 2, BEHIND, new FullPrecision())));
        graphs.put("convolution 3x3, stride 2, padding 1", around(net -> net.convolve("op", 2 * CHANNELS, 3, 2, AROUND, new FullPrecision())));
        graphs.put("convolution 1x1", around(net -> net.convolve("op", CHANNELS, 1, 1, Padding.NONE, new FullPrecision())));
        graphs.put("average pool 3x3, stride 2, padding 0 before and 1 after", around(net -> net.averagePool("op", 3, 2, BEHIND)));
        graphs.put("average pool 3x3, stride 2, padding 1", around(net -> net.averagePool("op", 3, 2, AROUND)));
        graphs.put("channel doubling", around(net -> net.channelDoubling("op")));
        graphs.put("scale", around(net -> net.scale("op", 0.04)));
        graphs.put("add", around(net -> {
            String before = net.top();
            net.convolve("beside", CHANNELS, 3, 1, AROUND, new FullPrecision());
            return net.add("op", net.top(), before);
        }));
        return graphs;
    }

    private static Graph around(UnaryOperator<GraphBuilder> operation) {
        GraphBuilder net = new GraphBuilder("input", INPUT).batchNorm("input.norm", true).convolve("before", CHANNELS, 3, 1, AROUND, new FullPrecision());
        return operation.apply(net).convolve("after", CLASSES, 1, 1, Padding.NONE, new FullPrecision()).globalPool("pool").softmaxLoss("loss");
    }
}
