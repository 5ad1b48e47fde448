package onebit.cpu;

import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.Node;
import onebit.model.Shape;

/**
 * Which layout tensors have and which convolutions go by Winograd. Rules:
 * Winograd pays once a layer is wide enough for its matrix products; the narrow networks run fastest by oneDNN's direct
 * convolutions on blocks of 16 channels.
 */
final class LayerChoice {

    /** Channels of the widest layer from which on the network goes by Winograd. */
    private static final int WIDE = 128;
    /** Channels a layer needs for its products to be worth the transforms. */
    private static final int FILLED = 32;

    private final NetworkOptions options;
    private final boolean winograd;
    private final Layout.Order order;

    LayerChoice(Graph graph, NetworkOptions options) {
        this.options = options;
        int widest = graph.convolutions().stream().mapToInt(Node.Conv::outputChannels).max().orElse(0);
        winograd = switch (options.algorithm()) {
            case AUTO -> widest >= WIDE;
            case DIRECT -> false;
            case WINOGRAD -> true;
        };
        boolean blocks = graph.nodes().stream().allMatch(n -> Layout.allowsBlocks(options.precision(), graph.shape(n.name()))
            || n instanceof Node.GlobalPool || n instanceof Node.SoftmaxLoss);
        order = !winograd && blocks ? Layout.Order.BLOCKED : Layout.Order.CHANNELS_LAST;
    }

    Layout layout(Shape shape) {
        return new Layout(options.precision(), order, shape);
    }

    boolean winograd(Node.Conv conv, Normalization source) {
        boolean worthwhile = options.algorithm() == ConvolutionAlgorithm.WINOGRAD || Math.min(conv.inputChannels(), conv.outputChannels()) >= FILLED;
        return winograd && worthwhile && WinogradConvolution.allows(conv, source);
    }

    /** Tiles in a block of Winograd's: their planes should fill about half of the second-level cache. */
    int tiles(Node.Conv conv) {
        if (options.precision() == Precision.BF16) return 128;
        return conv.outputChannels() >= 256 ? 128 : 64;
    }
}
