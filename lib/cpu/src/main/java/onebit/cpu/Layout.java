package onebit.cpu;

import java.lang.foreign.ValueLayout;
import onebit.engine.Precision;
import onebit.model.Shape;

/**
 * Where a tensor's values lie in memory. Channels are padded to blocks of 16; what lies in the padding is never used.
 *
 * <p>{@code BLOCKED}: image, block of 16 channels, row, column, channel in the block (oneDNN's nChw16c).
 * {@code CHANNELS_LAST}: image, row, column, channel (oneDNN's nhwc).
 * {@code PLANAR}: image, channel, row, column (oneDNN's nchw), without padding; an image's pixels must be whole vectors.
 *
 * <p>A tensor is walked in rows ({@link #rows}): vectors that hold the same channels. Parameters are a float for each
 * channel, those of the padding included; of planar tensors a vector of equal ones for each channel.
 */
final class Layout {

    enum Order { BLOCKED, CHANNELS_LAST, PLANAR }

    private static final long CHUNK_BYTES = 1L << 20;

    /** Channels of a block. */
    static final int BLOCK = 16;

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

    Layout(Precision precision, Order order, Shape shape) {
        this.precision = precision;
        this.order = order;
        this.shape = shape;
        elementBytes = precision == Precision.BF16 ? 2 : 4;
        channels = order == Order.PLANAR ? shape.channels() : (shape.channels() + BLOCK - 1) / BLOCK * BLOCK;
        pixels = shape.height() * shape.width();
        imageBytes = (long) channels * pixels * elementBytes;
        if (order == Order.PLANAR && pixels % Vectors.LANES != 0)
            throw new IllegalArgumentException("Planar tensors need a multiple of " + Vectors.LANES + " pixels, not " + shape + ".");
    }

    /** Floats that parameters consist of. */
    int parameters() {
        return order == Order.PLANAR ? channels * Vectors.LANES : channels;
    }

    /** The channel that parameter i is for; it may be one of the padding. */
    private int channel(int i) {
        return order == Order.PLANAR ? i / Vectors.LANES : i;
    }

    int blocks() {
        return channels / BLOCK;
    }

    /** Images of this and another layout to work on at a time, so that they stay in the second-level cache. */
    int chunkWith(Layout other) {
        return (int) Math.max(1, CHUNK_BYTES / Math.max(imageBytes, other.imageBytes));
    }

    /** Bytes of a vector's values in memory. */
    int vectorBytes() {
        return Vectors.LANES * elementBytes;
    }

    /** Walks one image. */
    void rows(Row row) {
        if (order == Order.PLANAR) for (int c = 0; c < channels; c++) row.at(offset(c, 0), vectorBytes(), pixels / Vectors.LANES, c * Vectors.LANES);
        else for (int c = 0; c < channels; c += Vectors.LANES) row.at(offset(c, 0), pixelStride(), pixels, c);
    }

    /** Byte offset in the image of channel c at pixel i (row * width + column). */
    long offset(int c, int i) {
        return elementBytes * switch (order) {
            case BLOCKED -> (long) c / BLOCK * pixels * BLOCK + (long) i * BLOCK + c % BLOCK;
            case CHANNELS_LAST -> (long) i * channels + c;
            case PLANAR -> (long) c * pixels + i;
        };
    }

    /** Bytes from one pixel to the next, in one channel. */
    long pixelStride() {
        return elementBytes * switch (order) {
            case BLOCKED -> (long) BLOCK;
            case CHANNELS_LAST -> (long) channels;
            case PLANAR -> 1L;
        };
    }

    /** The same values in another precision. */
    Layout in(Precision precision) {
        return new Layout(precision, order, shape);
    }

    /** The same values in another order. */
    Layout in(Order order) {
        return new Layout(precision, order, shape);
    }

    /** oneDNN's descriptor of n images. */
    long descriptor(Natives natives, int images) {
        return OneDnn.descriptor(natives, OneDnn.type(precision), tag(), images, channels, shape.height(), shape.width());
    }

    private int tag() {
        return switch (order) {
            case BLOCKED -> TAG_BLOCKED;
            case CHANNELS_LAST -> TAG_CHANNELS_LAST;
            case PLANAR -> TAG_PLANAR;
        };
    }

    /** oneDNN's tags of the orders. */
    private static final int TAG_BLOCKED = 78, TAG_CHANNELS_LAST = 22, TAG_PLANAR = 5;

    /** Lays a value a channel out as parameters; the padding's are 0. */
    void spread(double[] perChannel, float[] parameters) {
        for (int i = 0; i < parameters.length; i++) parameters[i] = channel(i) < shape.channels() ? (float) perChannel[channel(i)] : 0;
    }

    /** Adds parameters up into a value a channel. */
    void gather(float[] parameters, double[] perChannel) {
        for (int i = 0; i < parameters.length; i++) if (channel(i) < shape.channels()) perChannel[channel(i)] += parameters[i];
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
