package onebit.cpu;

import onebit.model.Node;
import onebit.model.Padding;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;

/**
 * A convolution with what surrounds it, and its weights: master weights and momentum in float32, in an order of the
 * algorithm's choice; quantized and packed for the products by {@link #prepare}.
 */
abstract class Convolution {

    /** Values updated at a time: small enough for the first cache. */
    static final long UPDATE_BLOCK = 1024;

    final Node.Conv node;
    final Layout in, out;
    final Normalization source;
    final Gradients gradients;

    /** Descent's settings. */
    record Descent(float rate, float momentum, float decay) {}

    /**
     * Memory for the weights' gradients, a piece a worker, shared by all convolutions: while one half is applied, the
     * next layer fills the other.
     */
    record Gradients(long[][] memory) {
        long of(int half, int worker) {
            return memory[half][worker];
        }
    }

    Convolution(Node.Conv node, Layout in, Layout out, Normalization source, Gradients gradients) {
        this.node = node;
        this.in = in;
        this.out = out;
        this.source = source;
        this.gradients = gradients;
    }

    /** What it computes with, for people: the algorithm and oneDNN's implementations. */
    abstract String algorithm();

    /** Images to work on at a time in the forward pass, so that what is touched stays in the second-level cache. */
    int forwardChunk() {
        return in.chunkWith(out);
    }

    /** The same in the backward pass. */
    int backwardChunk() {
        return in.chunkWith(out);
    }

    /**
     * Forward: y = convolution of the activated x, plus skip; sums for the next batch norm.
     *
     * @param images consecutive images of the worker's part
     * @param x      address of the first one's stored input
     * @param skip   address of what is added, or 0
     * @param next   sums what is stored
     */
    abstract void forward(Worker worker, int images, long x, long y, long skip, Normalization next);

    /**
     * Backward: gradient of the weights from the finished gradient dy, added to the worker's sum; gradient of the
     * activated input into dx, with the sums for the source's batch norm.
     *
     * @param dx    address, or 0 if nobody wants it
     * @param first whether the worker's sum of weight gradients begins here
     * @param half  which half of {@link Gradients} to use
     */
    abstract void backward(Worker worker, int images, long x, long dy, long dx, boolean first, int half);

    /** Descent on the worker's share of the weights, once all workers' gradients are there; quantizes them. */
    abstract void update(Worker worker, int workers, Descent descent, int half);

    /** Quantizes the worker's share of the weights as they are. */
    abstract void quantize(Worker worker, int workers);

    /** Packs quantized weights for the products; one worker a convolution, after a barrier. */
    abstract void prepare(Worker worker);

    /** Bytes that a worker's weight gradients need. */
    abstract long gradientBytes();

    /** Master weights or momentum in the order (output channel, input channel, row, column). */
    abstract float[] read(boolean momentum);

    abstract void write(boolean momentum, float[] values);

    /** Whether it is 3x3, of stride 1 and with one cell of padding all around, so that its result is as large as its source. */
    static boolean keepsSize(Node.Conv conv) {
        return conv.kernel() == 3 && conv.stride() == 1 && conv.padding().equals(Padding.symmetric(1));
    }

    /** The constant by which one-bit weights are multiplied, else 1. */
    final float scale() {
        return node.quantizer() instanceof OneBit ? OneBit.scale(node.fanIn()) : 1;
    }

    /** Whether quantizing is a function of each weight alone that the kernels know. */
    final boolean elementwise() {
        return node.quantizer() instanceof OneBit || node.quantizer() instanceof FullPrecision;
    }

    /** Quantized weights from the master, by the quantizer itself. */
    final float[] quantized() {
        float[] weights = read(false), quantized = new float[weights.length];
        node.quantizer().quantize(weights, node.fanIn(), quantized);
        return quantized;
    }

    interface Slice {
        void at(long from, long count);
    }

    /** The worker's share of {@code count} values, in blocks; all bounds are multiples of {@code unit}. */
    static void share(Worker worker, int workers, long count, long unit, Slice slice) {
        long units = count / unit;
        long from = units * worker.index / workers * unit, to = units * (worker.index + 1) / workers * unit;
        for (long i = from; i < to; i += UPDATE_BLOCK) slice.at(i, Math.min(UPDATE_BLOCK, to - i));
    }
}
