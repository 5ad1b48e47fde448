package onebit.cpu;

/**
 * What happens to a tensor between convolutions, a row of vectors at a time. A row is {@code count} vectors from an
 * address, {@code stride} bytes apart, that hold the same channels; parameters a channel lie in arrays from
 * {@code p}, in the order of the vector's values ({@link Layout#channel}).
 */
interface RowKernels {

    /** to = max(floor, from * scale + offset). */
    void activate(long from, long fromStride, long to, long toStride, int count, float[] scale, float[] offset, float floor, int p);

    /** sum += y, squares += y * y. */
    void sums(long y, long stride, int count, float[] sum, float[] squares, int p);

    /** y += skip, then {@link #sums}. */
    void addSums(long y, long stride, long skip, long skipStride, int count, float[] sum, float[] squares, int p);

    /** With g the gradient where {@code activated > floor}, else 0: sum += g, products += g * activated. */
    void gradientSums(long gradient, long stride, long activated, long activatedStride, int count, float floor,
                      float[] sum, float[] products, int p);

    /** With g the gradient where {@code x * scale + offset > floor}, else 0: sum += g, products += g * x. */
    void gradientSumsOfStored(long gradient, long stride, long x, long xStride, int count, float[] scale, float[] offset,
                              float floor, float[] sum, float[] products, int p);

    /**
     * Finishes a gradient in place: gradient = scale * g + constant + slope * x, with g as in
     * {@link #gradientSumsOfStored}.
     */
    void finish(long gradient, long stride, long x, int count, float[] scale, float[] offset, float floor,
                float[] constant, float[] slope, int p);

    /** {@link #finish}, plus the gradient {@code added} that comes along the skip. */
    void finishAdding(long gradient, long stride, long x, long added, int count, float[] scale, float[] offset, float floor,
                      float[] constant, float[] slope, int p);

    /** to = from. */
    void copy(long from, long fromStride, long to, long toStride, int count);

    /** to = 0. */
    void clear(long to, long toStride, int count);
}
