package onebit.model;

import java.util.List;
import java.util.Locale;
import onebit.quant.WeightQuantizer;

/**
 * One operation of a network. A node is data: it names its inputs and its settings, and engines give it meaning.
 * Activations are images of a {@link Shape}, one a training example; parameters live apart, in {@link NamedTensors},
 * under the node's name.
 */
public sealed interface Node {

    /** Unique in its graph, for example {@code stage2.block1.conv1}. */
    String name();

    /** Names of the nodes whose outputs this one reads, in order. */
    List<String> inputs();

    /** A node with one input. */
    sealed interface Unary extends Node {
        String input();

        @Override
        default List<String> inputs() {
            return List.of(input());
        }
    }

    /** The images: raw pixel values 0..255 as the method takes them. */
    record Input(String name, Shape shape) implements Node {
        @Override
        public List<String> inputs() {
            return List.of();
        }
    }

    /**
     * Batch normalization: (x - mean) / sqrt(variance + epsilon), then {@code scale * x + offset} if {@code affine}.
     * In training mean and (biased) variance are the batch's, over images and positions; the running averages are
     * {@code new = momentum * old + (1 - momentum) * batch}, with the variance that enters them multiplied by
     * M / (M - 1), M values a channel. At inference the running averages serve.
     */
    record BatchNorm(String name, String input, boolean affine, double epsilon, double momentum) implements Unary {
        /** The method's setting (paper, section 3; Keras' fused batch norm): epsilon 1e-5, momentum 0.99. */
        public BatchNorm(String name, String input, boolean affine) {
            this(name, input, affine, 1e-5, 0.99);
        }

        public BatchNorm {
            if (!(epsilon > 0) || !(momentum >= 0 && momentum < 1))
                throw new IllegalArgumentException("Batch norm '" + name + "' needs a positive epsilon and a momentum from 0 to below 1, not "
                    + epsilon + " and " + momentum + ".");
        }
    }

    /** max(0, x). */
    record ReLU(String name, String input) implements Unary {}

    /** max(-1, x): the activation of the networks without batch norm (ACIRS 2019). */
    record ShiftedReLU(String name, String input) implements Unary {}

    /**
     * Convolution without bias, kernel x kernel weights in the order (output channel, input channel, row, column);
     * the weights pass through {@code quantizer} first, its gradient straight through.
     */
    record Conv(String name, String input, int inputChannels, int outputChannels, int kernel, int stride,
                Padding padding, WeightQuantizer quantizer) implements Unary {
        public Conv {
            if (inputChannels < 1 || outputChannels < 1 || kernel < 1 || stride < 1)
                throw new IllegalArgumentException("Convolution '" + name + "' needs positive channels, kernel and stride.");
            double weights = (double) kernel * kernel * inputChannels * outputChannels;
            if (weights > Integer.MAX_VALUE)
                throw new IllegalArgumentException(String.format(Locale.ROOT, "Convolution '%s' would have %.3g weights, and can have %,d.", name, weights, Integer.MAX_VALUE));
        }

        /** Number of inputs that one output sums over: kernel * kernel * input channels. */
        public int fanIn() {
            return kernel * kernel * inputChannels;
        }

        /** Number of weights; an array can hold as many. */
        public int weights() {
            return fanIn() * outputChannels;
        }
    }

    /** Average over a size x size window, dividing by the number of its cells inside the image. */
    record AveragePool(String name, String input, int size, int stride, Padding padding) implements Unary {
        public AveragePool {
            if (size < 1 || stride < 1) throw new IllegalArgumentException("Average pool '" + name + "' needs a positive size and stride.");
            if (Math.max(Math.max(padding.top(), padding.bottom()), Math.max(padding.left(), padding.right())) >= size)
                throw new IllegalArgumentException("Average pool '" + name + "' has windows that lie on the padding alone; its padding must be less than its size.");
        }
    }

    /** Doubles the channels by appending as many channels of zeros. */
    record ChannelDoubling(String name, String input) implements Unary {}

    /** Sum of two inputs of the same shape. */
    record Add(String name, String left, String right) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(left, right);
        }
    }

    /** Multiplication by a constant. */
    record Scale(String name, String input, double factor) implements Unary {}

    /** Mean over all positions; the output is 1x1. */
    record GlobalPool(String name, String input) implements Unary {}

    /** Softmax and cross-entropy against the label; its input is the logits. Always the last node. */
    record SoftmaxLoss(String name, String input) implements Unary {}
}
