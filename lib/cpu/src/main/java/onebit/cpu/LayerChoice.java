package onebit.cpu;

import java.util.Optional;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Node;
import onebit.plan.Buffer;
import onebit.plan.TrainingPlan;

/**
 * Which layout tensors have and by which algorithm convolutions go. Rules: Winograd wins wherever it can be used, in bf16
 * down the columns and in float32 on square tiles; but in bf16 direct convolutions by AMX are faster than its by AVX-512.
 * Tensors lie in blocks where oneDNN computes on them with vectors as long as a block, which are AVX-512's, and for Winograd down the
 * columns; channels last for shorter vectors, for AMX, and for the matrix products of square tiles.
 */
final class LayerChoice {

    enum Algorithm { INPUT, DIRECT, SQUARE_WINOGRAD, COLUMN_WINOGRAD }

    private final NetworkOptions options;
    private final Algorithm wanted;
    private final boolean amx, blocked;
    /** The images, if they are stored channel by channel. */
    private final Optional<Buffer> planar;

    LayerChoice(TrainingPlan plan, NetworkOptions options) {
        this.options = options;
        boolean bf16 = options.precision() == Precision.BF16;
        amx = bf16 && !Emulation.WANTED && OneDnn.amx() && options.algorithm() != ConvolutionAlgorithm.WINOGRAD;
        wanted = amx || options.algorithm() == ConvolutionAlgorithm.DIRECT ? Algorithm.DIRECT : bf16 ? Algorithm.COLUMN_WINOGRAD : Algorithm.SQUARE_WINOGRAD;
        blocked = !amx && (wanted == Algorithm.COLUMN_WINOGRAD || wanted == Algorithm.DIRECT && Vectors.LANES == Layout.BLOCK);
        planar = blocked && Vectors.LANES == Layout.BLOCK ? InputConvolution.planar(plan) : Optional.empty();
    }

    /** Whether products are formed by AMX. */
    boolean amx() {
        return amx;
    }

    Layout layout(Buffer buffer) {
        Layout.Order order = planar.filter(buffer::equals).isPresent() ? Layout.Order.PLANAR : blocked ? Layout.Order.BLOCKED : Layout.Order.CHANNELS_LAST;
        return new Layout(options.precision(), order, buffer.shape());
    }

    Algorithm algorithm(Node.Conv conv, Normalization source) {
        if (source.layout.order == Layout.Order.PLANAR) return Algorithm.INPUT;
        boolean possible = switch (wanted) {
            case INPUT, DIRECT -> true;
            case SQUARE_WINOGRAD -> SquareWinogradConvolution.allows(conv, source);
            case COLUMN_WINOGRAD -> ColumnWinogradConvolution.allows(conv, source);
        };
        return possible ? wanted : Algorithm.DIRECT;
    }

    /** Tiles in a block of Winograd's: their planes should fill about half of the second-level cache. */
    int tiles(Node.Conv conv) {
        return conv.outputChannels() >= 256 ? 128 : 64;
    }
}
