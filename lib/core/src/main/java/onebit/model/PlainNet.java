package onebit.model;

import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;

/**
 * The authors' network without skips: a wide residual network's convolutions one after another, each of them preceded
 * by batch norm with learned scale and offset and by ReLU. As their Matlab model has it: a row and column of padding
 * on every side of 3x3 convolutions, stride 2 in the first convolution of the second and third stage, and the scores
 * are summed, not averaged, over positions.
 *
 * <p>Nodes: {@code input}, {@code input.norm}, {@code input.relu}, {@code conv0}, {@code stage1.norm1}, {@code .relu1},
 * {@code .conv1}, ..., {@code last.norm}, {@code last.relu}, {@code last.conv}, {@code last.scores}, {@code pool},
 * {@code sum}, {@code loss}.
 */
public final class PlainNet {

    private PlainNet() {}

    /**
     * Which network.
     *
     * @param depth     convolutions: 6n + 2 with 2n a stage, 8 or more
     * @param width     factor on the channels, from 1 to {@link WideResNet#MAX_WIDTH}
     * @param classes   2 or more
     * @param quantizer what every convolution does to its weights
     * @param input     1 or 3 channels, even height and width
     */
    public record Spec(int depth, int width, int classes, WeightQuantizer quantizer, Shape input) {

        public Spec {
            WideResNet.check(depth, width, classes, input);
        }

        /** The published model's: 20 convolutions, width 4, one bit a weight, CIFAR-100. */
        public static Spec published() {
            return new Spec(20, 4, 100, new OneBit(), new Shape(3, 32, 32));
        }
    }

    /** The network of this specification. */
    public static Graph graph(Spec spec) {
        GraphBuilder net = new GraphBuilder("input", spec.input);
        net.batchNorm("input.norm", true).relu("input.relu");
        int channels = WideResNet.BASE_CHANNELS * spec.width;
        net.convolve("conv0", channels, 3, 1, Padding.symmetric(1), spec.quantizer);
        for (int stage = 1; stage <= 3; stage++, channels *= 2)
            for (int layer = 1; layer <= (spec.depth - 2) / 3; layer++) {
                String name = "stage" + stage;
                int stride = stage > 1 && layer == 1 ? 2 : 1;
                net.batchNorm(name + ".norm" + layer, true).relu(name + ".relu" + layer);
                net.convolve(name + ".conv" + layer, channels, 3, stride, Padding.symmetric(1), spec.quantizer);
            }
        net.batchNorm("last.norm", true).relu("last.relu");
        net.convolve("last.conv", spec.classes, 1, 1, Padding.NONE, spec.quantizer);
        net.batchNorm("last.scores", true);
        Shape scores = net.shape();
        return net.globalPool("pool").scale("sum", scores.height() * scores.width()).softmaxLoss("loss");
    }
}
