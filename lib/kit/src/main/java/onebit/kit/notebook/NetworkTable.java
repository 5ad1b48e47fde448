package onebit.kit.notebook;

import java.util.List;
import java.util.Locale;
import onebit.model.Graph;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.quant.OneBit;

/** A network as a table: a line a node, with what it does, what it reads, the shape that it gives and its weights. */
final class NetworkTable {

    private NetworkTable() {}

    static String html(Graph graph) {
        HtmlTable table = new HtmlTable(summary(graph), List.of("node", "operation", "reads", "output (channels x rows x columns)", "weights"),
            List.of(false, false, false, false, true));
        for (Node node : graph.nodes()) {
            String weights = node instanceof Node.Conv conv ? String.format(Locale.ROOT, "%,d", conv.weights()) : "";
            table.row(List.of(node.name(), operation(node), String.join(", ", node.inputs()), graph.shape(node.name()).toString(), weights));
        }
        return table.html();
    }

    /** One sentence. */
    static String summary(Graph graph) {
        long weights = graph.convolutions().stream().mapToLong(Node.Conv::weights).sum();
        long oneBit = graph.convolutions().stream().filter(c -> c.quantizer() instanceof OneBit).mapToLong(Node.Conv::weights).sum();
        return String.format(Locale.ROOT, "Network of %d nodes for images of %s and %d classes: %d convolutions with %,d weights, %s; %.1f million multiply-accumulates an image.",
            graph.nodes().size(), graph.inputShape(), graph.classes(), graph.convolutions().size(), weights,
            oneBit == weights ? "one bit each" : oneBit == 0 ? "in full precision" : String.format(Locale.ROOT, "%,d of them one bit each", oneBit),
            graph.multiplyAccumulates() / 1e6);
    }

    private static String operation(Node node) {
        return switch (node) {
            case Node.Input n -> "input";
            case Node.BatchNorm n -> n.affine() ? "batch norm with scale and offset" : "batch norm";
            case Node.ReLU n -> "ReLU";
            case Node.ShiftedReLU n -> "shifted ReLU, max(-1, x)";
            case Node.Conv n -> "convolution " + n.kernel() + "x" + n.kernel() + stride(n.stride()) + padding(n.padding())
                + (n.quantizer() instanceof OneBit ? ", 1 bit a weight" : "");
            case Node.AveragePool n -> "average pool " + n.size() + "x" + n.size() + stride(n.stride());
            case Node.ChannelDoubling n -> "as many channels of zeros appended";
            case Node.Add n -> "sum";
            case Node.Scale n -> "times " + String.format(Locale.ROOT, "%.4g", n.factor());
            case Node.GlobalPool n -> "mean over all positions";
            case Node.SoftmaxLoss n -> "softmax and cross-entropy";
        };
    }

    private static String stride(int stride) {
        return stride == 1 ? "" : ", stride " + stride;
    }

    /** Said where it is not the same on all sides. */
    private static String padding(Padding p) {
        return p.top() == p.bottom() && p.left() == p.right() ? "" : ", padded below and to the right";
    }
}
