package onebit.cpu;

import java.lang.foreign.ValueLayout;
import onebit.engine.Precision;
import onebit.model.Shape;

/**
 * Where a tensor's values lie in memory. Channels are padded to whole vectors; what lies in the padding is never used.
 *
 * <p>{@code BLOCKED}: image, block of 16 channels, row, column, channel in the block (oneDNN's nChw16c).
 * {@code CHANNELS_LAST}: image, row, column, channel (oneDNN's nhwc).
 *
 * <p>A tensor is walked in rows ({@link #rows}): vectors that hold the same channels. Parameters a channel are laid
 * out to match: {@link #parameters()} floats, number i for {@link #channel}(i).
 */
final class Layout {

    enum Order { BLOCKED, CHANNELS_LAST }

    /** A row of an image: byte offset in the image, bytes between its vectors, their count, index of their parameters. */
    interface Row {
        void at(long offset, long stride, int count, int p);
    }

    final Precision precision;
    final Order order;
    final Shape shape;
    final int channels;
    final int pixels;
    final int elementBytes;
    final long imageBytes;
    private final int group;

    Layout(Precision precision, Order order, Shape shape) {
        this.precision = precision;
        this.order = order;
        this.shape = shape;
        elementBytes = precision == Precision.BF16 ? 2 : 4;
        group = precision == Precision.BF16 ? 2 * Vectors.LANES : Vectors.LANES;
        channels = padded(precision, order, shape.channels());
        pixels = shape.height() * shape.width();
        imageBytes = (long) channels * pixels * elementBytes;
        if (order == Order.BLOCKED && bytesOfBlock() < Vectors.BYTES && pixels % 2 != 0)
            throw new IllegalArgumentException("Blocked bf16 tensors need an even number of pixels, not " + shape + ".");
    }

    /** Whether blocked bf16 tensors of this shape consist of whole vectors. */
    static boolean allowsBlocks(Precision precision, Shape shape) {
        return precision == Precision.FLOAT32 || Vectors.BYTES <= 32 || shape.height() * shape.width() % 2 == 0;
    }

    static int padded(Precision precision, Order order, int channels) {
        int unit = order == Order.CHANNELS_LAST && precision == Precision.BF16 ? Math.max(16, 2 * Vectors.LANES) : 16;
        return (channels + unit - 1) / unit * unit;
    }

    private int bytesOfBlock() {
        return 16 * elementBytes;
    }

    /** Number of parameters: whole vectors of channels. */
    int parameters() {
        return order == Order.BLOCKED && bytesOfBlock() < Vectors.BYTES ? 2 * channels : channels;
    }

    /** The channel that parameter i is for; it may be one of the padding. */
    int channel(int i) {
        int vector = i / group, lane = i % group;
        if (precision != Precision.BF16) return i;
        int word = lane % Vectors.LANES, half = lane / Vectors.LANES;
        if (order == Order.BLOCKED && bytesOfBlock() < Vectors.BYTES) return vector * 16 + 2 * (word % 8) + half;
        return vector * group + 2 * word + half;
    }

    /** Walks one image. */
    void rows(Row row) {
        if (order == Order.CHANNELS_LAST) {
            long stride = (long) channels * elementBytes;
            for (int v = 0; v * (long) Vectors.BYTES < stride; v++) row.at(v * (long) Vectors.BYTES, stride, pixels, v * group);
            return;
        }
        long block = bytesOfBlock(), blockBytes = block * pixels;
        for (int b = 0; b < channels / 16; b++) {
            if (block < Vectors.BYTES) row.at(b * blockBytes, Vectors.BYTES, pixels / 2, b * group);
            else for (int v = 0; v < block / Vectors.BYTES; v++)
                row.at(b * blockBytes + v * (long) Vectors.BYTES, block, pixels, b * 16 + v * group);
        }
    }

    /** Byte offset in the image of channel c at pixel i (row * width + column). */
    long offset(int c, int i) {
        return order == Order.CHANNELS_LAST ? ((long) i * channels + c) * elementBytes
            : ((long) c / 16 * pixels * 16 + (long) i * 16 + c % 16) * elementBytes;
    }

    /** Bytes from one pixel to the next, in one channel. */
    long pixelStride() {
        return order == Order.CHANNELS_LAST ? (long) channels * elementBytes : bytesOfBlock();
    }

    /** oneDNN's descriptor of n images. */
    long descriptor(int images) {
        int type = precision == Precision.BF16 ? OneDnn.BF16 : OneDnn.F32;
        return OneDnn.descriptor(type, order == Order.BLOCKED ? TAG_BLOCKED : TAG_CHANNELS_LAST, images, channels, shape.height(), shape.width());
    }

    private static final int TAG_BLOCKED = 78, TAG_CHANNELS_LAST = 22;

    /** Lays a value a channel out as parameters; the padding's are 0. */
    void spread(double[] perChannel, float[] parameters) {
        for (int i = 0; i < parameters.length; i++) {
            int c = channel(i);
            parameters[i] = c < shape.channels() ? (float) perChannel[c] : 0;
        }
    }

    /** Adds parameters up into a value a channel. */
    void gather(float[] parameters, double[] perChannel) {
        for (int i = 0; i < parameters.length; i++) {
            int c = channel(i);
            if (c < shape.channels()) perChannel[c] += parameters[i];
        }
    }

    /** Stores an image given as channels, rows, columns; padding channels become 0. */
    void store(float[] values, long image) {
        if (channels != shape.channels()) Vectors.clear(image, imageBytes);
        long stride = pixelStride();
        for (int c = 0; c < shape.channels(); c++) {
            long to = image + offset(c, 0);
            if (precision == Precision.BF16) storeBf16(values, c * pixels, to, stride, pixels);
            else storeFloats(values, c * pixels, to, stride, pixels);
        }
    }

    private static void storeBf16(float[] values, int from, long to, long stride, int count) {
        for (int i = 0; i < count; i++) Vectors.MEMORY.set(ValueLayout.JAVA_SHORT_UNALIGNED, to + i * stride, Vectors.bf16(values[from + i]));
    }

    private static void storeFloats(float[] values, int from, long to, long stride, int count) {
        for (int i = 0; i < count; i++) Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT_UNALIGNED, to + i * stride, values[from + i]);
    }
}
