package onebit.model;

import onebit.quant.FullPrecision;
import onebit.quant.WeightQuantizer;

/**
 * Wide residual networks as the two papers train them (ICLR 2018, section 3 and figure 2; ACIRS 2019, section 3):
 * a 3x3 convolution to 16 * width channels, three stages of (depth - 2) / 6 pre-activation residual blocks with 16, 32
 * and 64 times width channels, the second and third stage at half the image size of the one before, and a 1x1
 * convolution to the classes before global average pooling.
 *
 * <p>Nodes are named by place: {@code input}, {@code input.norm}, {@code conv0}, {@code stage1.block1.norm1},
 * {@code .relu1}, {@code .conv1}, {@code .norm2}, {@code .relu2}, {@code .conv2}, in the first block of the second and
 * third stage {@code .pool} and {@code .double}, {@code .add}, and at the end {@code last.norm}, {@code last.relu},
 * {@code last.conv}, {@code last.scores}, {@code pool}, {@code loss}.
 */
public final class WideResNet {

    /** Channels of the first stage at width 1. */
    public static final int BASE_CHANNELS = 16;

    /** Of a wider network, the convolutions of the third stage would have more weights than an array can: 9 * (64 * width)^2. */
    public static final int MAX_WIDTH = 241;

    private static final int STAGES = 3;

    /** What stands between two convolutions. */
    public sealed interface Activation {

        /** Batch norm without learned scale and offset, then ReLU; a batch norm of the scores too. */
        record BatchNormReLU() implements Activation {}

        /**
         * Shifted ReLU and no batch norm except of the input (ACIRS 2019): the scores are divided by a constant.
         *
         * @param temperature the constant T, positive
         */
        record ShiftedReLU(double temperature) implements Activation {
            public ShiftedReLU {
                if (!(temperature > 0) || Double.isInfinite(temperature))
                    throw new IllegalArgumentException("The temperature T must be a positive number, not " + temperature + ".");
            }
        }

        Activation BATCH_NORM = new BatchNormReLU();

        /** As in the rows' names: {@code bn} or {@code srelu}. */
        default String label() {
            return switch (this) {
                case BatchNormReLU b -> "bn";
                case ShiftedReLU s -> "srelu";
            };
        }

        /** For people. */
        default String title() {
            return switch (this) {
                case BatchNormReLU b -> "batch norm";
                case ShiftedReLU s -> "shifted ReLU";
            };
        }
    }

    /** The two implementations of the authors, which differ in details. */
    public enum Variant {
        /** Padding as TensorFlow's SAME: the notebooks behind the results table. */
        KERAS,
        /** One row and column of padding on every side, and a ReLU after the input's batch norm too. */
        MATLAB;

        Padding padding(Shape in, int kernel, int stride) {
            return switch (this) {
                case KERAS -> Padding.same(in.height(), in.width(), kernel, stride);
                case MATLAB -> Padding.symmetric(kernel / 2);
            };
        }
    }

    /**
     * Which network.
     *
     * @param depth      convolutions counted as the paper does: 6n + 2 with n blocks a stage, 8 or more
     * @param width      factor on the channels, from 1 to {@link #MAX_WIDTH}
     * @param classes    2 or more
     * @param activation batch norm and ReLU, or shifted ReLU
     * @param quantizer  what every convolution, first and last too, does to its weights
     * @param input      1 or 3 channels, even height and width
     * @param variant    whose padding
     */
    public record Spec(int depth, int width, int classes, Activation activation, WeightQuantizer quantizer, Shape input, Variant variant) {

        public Spec {
            check(depth, width, classes, input);
            if (variant == Variant.MATLAB && activation instanceof Activation.ShiftedReLU)
                throw new IllegalArgumentException("The authors' Matlab networks have batch norm; shifted ReLU goes with the Keras variant.");
        }

        /** The network of 20 layers and width 10 in full precision with batch norm, for 32x32 colour images. */
        public static Spec ofPaper(int classes) {
            return new Spec(20, 10, classes, Activation.BATCH_NORM, new FullPrecision(), new Shape(3, 32, 32), Variant.KERAS);
        }

        public Spec withDepth(int depth) {
            return new Spec(depth, width, classes, activation, quantizer, input, variant);
        }

        public Spec withWidth(int width) {
            return new Spec(depth, width, classes, activation, quantizer, input, variant);
        }

        public Spec withActivation(Activation activation) {
            return new Spec(depth, width, classes, activation, quantizer, input, variant);
        }

        public Spec withQuantizer(WeightQuantizer quantizer) {
            return new Spec(depth, width, classes, activation, quantizer, input, variant);
        }

        public Spec withInput(Shape input) {
            return new Spec(depth, width, classes, activation, quantizer, input, variant);
        }

        public Spec withVariant(Variant variant) {
            return new Spec(depth, width, classes, activation, quantizer, input, variant);
        }

        /** Residual blocks in each of the three stages. */
        public int blocksPerStage() {
            return (depth - 2) / 6;
        }
    }

    /** @throws IllegalArgumentException if there is no network of this depth or width, in a sentence */
    public static void checkSize(int depth, int width) {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new IllegalArgumentException("The depth must be 6n + 2 (8, 14, 20, 26, ...), not " + depth + ".");
        if (width < 1 || width > MAX_WIDTH) throw new IllegalArgumentException("The width must be from 1 to " + MAX_WIDTH + ", not " + width + ".");
    }

    static void check(int depth, int width, int classes, Shape input) {
        checkSize(depth, width);
        if (classes < 2) throw new IllegalArgumentException("A network tells 2 or more classes apart, not " + classes + ".");
        if (input.channels() != 1 && input.channels() != 3)
            throw new IllegalArgumentException("Images have 1 channel (grey) or 3 (colour), not " + input.channels() + ".");
        if (input.height() % 2 != 0 || input.width() % 2 != 0)
            throw new IllegalArgumentException("Images need an even height and width, not " + input.height() + "x" + input.width() + ".");
    }

    private final Spec spec;
    private final GraphBuilder net;

    private WideResNet(Spec spec) {
        this.spec = spec;
        this.net = new GraphBuilder("input", spec.input);
    }

    /** The network of this specification. */
    public static Graph graph(Spec spec) {
        return new WideResNet(spec).build();
    }

    private Graph build() {
        net.batchNorm("input.norm", true);
        if (spec.variant == Variant.MATLAB) net.relu("input.relu");
        convolve("conv0", BASE_CHANNELS * spec.width, 3, 1);
        for (int stage = 1; stage <= STAGES; stage++)
            for (int block = 1; block <= spec.blocksPerStage(); block++)
                residualBlock("stage" + stage + ".block" + block, (BASE_CHANNELS << (stage - 1)) * spec.width, stage > 1 && block == 1);
        activate("last.norm", "last.relu");
        convolve("last.conv", spec.classes, 1, 1);
        switch (spec.activation) {
            case Activation.BatchNormReLU b -> net.batchNorm("last.scores", false);
            case Activation.ShiftedReLU s -> net.scale("last.scores", 1 / s.temperature);
        }
        return net.globalPool("pool").softmaxLoss("loss");
    }

    /** Two activated convolutions and a skip, which a block at half size pools and gives as many channels of zeros. */
    private void residualBlock(String name, int channels, boolean halving) {
        String start = net.top();
        int stride = halving ? 2 : 1;
        activate(name + ".norm1", name + ".relu1");
        convolve(name + ".conv1", channels, 3, stride);
        activate(name + ".norm2", name + ".relu2");
        convolve(name + ".conv2", channels, 3, 1);
        String residual = net.top();
        net.continueAt(start);
        if (halving) {
            net.averagePool(name + ".pool", 3, stride, spec.variant.padding(net.shape(), 3, stride));
            net.channelDoubling(name + ".double");
        }
        net.add(name + ".add", residual, net.top());
    }

    private void activate(String norm, String activation) {
        switch (spec.activation) {
            case Activation.BatchNormReLU b -> net.batchNorm(norm, false).relu(activation);
            case Activation.ShiftedReLU s -> net.shiftedReLU(activation);
        }
    }

    private void convolve(String name, int channels, int kernel, int stride) {
        net.convolve(name, channels, kernel, stride, spec.variant.padding(net.shape(), kernel, stride), spec.quantizer);
    }
}
