package onebit.cpu;

import java.util.Optional;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.Node;
import onebit.plan.Buffer;
import onebit.plan.TrainingPlan;

/**
 * Which layout tensors have and by which algorithm convolutions go. Rules:
 * bf16 tensors lie in blocks, and Winograd down the columns wins wherever it can be used. In float32 Winograd on
 * square tiles pays once a layer is wide enough for its matrix products; the narrow networks run fastest by oneDNN's
 * direct convolutions on blocks of 16 channels.
 */
final class LayerChoice {

    enum Algorithm { INPUT, DIRECT, SQUARE_WINOGRAD, COLUMN_WINOGRAD }

    /** Channels of the widest layer from which on a float32 network goes by Winograd. */
    private static final int WIDE = 128;
    /** Channels a layer needs for its matrix products to be worth the transforms. */
    private static final int FILLED = 32;

    private final NetworkOptions options;
    private final Algorithm winograd;
    /** The images, if they are stored channel by channel. */
    private final Optional<Buffer> planar;

    LayerChoice(Graph graph, TrainingPlan plan, NetworkOptions options) {
        this.options = options;
        int widest = graph.convolutions().stream().mapToInt(Node.Conv::outputChannels).max().orElse(0);
        boolean bf16 = options.precision() == Precision.BF16;
        boolean wanted = switch (options.algorithm()) {
            case AUTO -> bf16 || widest >= WIDE;
            case DIRECT -> false;
            case WINOGRAD -> true;
        };
        winograd = !wanted ? Algorithm.DIRECT : bf16 ? Algorithm.COLUMN_WINOGRAD : Algorithm.SQUARE_WINOGRAD;
        planar = winograd == Algorithm.SQUARE_WINOGRAD ? Optional.empty() : InputConvolution.planar(plan);
    }

    Layout layout(Buffer buffer) {
        Layout.Order order = planar.filter(buffer::equals).isPresent() ? Layout.Order.PLANAR
            : winograd == Algorithm.SQUARE_WINOGRAD ? Layout.Order.CHANNELS_LAST : Layout.Order.BLOCKED;
        return new Layout(options.precision(), order, buffer.shape());
    }

    Algorithm algorithm(Node.Conv conv, Normalization source) {
        if (source.layout.order == Layout.Order.PLANAR) return Algorithm.INPUT;
        boolean possible = switch (winograd) {
            case INPUT, DIRECT -> true;
            case SQUARE_WINOGRAD -> SquareWinogradConvolution.allows(conv, source)
                && (options.algorithm() == ConvolutionAlgorithm.WINOGRAD || Math.min(conv.inputChannels(), conv.outputChannels()) >= FILLED);
            case COLUMN_WINOGRAD -> ColumnWinogradConvolution.allows(conv, source);
        };
        return possible ? winograd : Algorithm.DIRECT;
    }

    /** Tiles in a block of Winograd's: their planes should fill about half of the second-level cache. */
    int tiles(Node.Conv conv) {
        return conv.outputChannels() >= 256 ? 128 : 64;
    }
}
