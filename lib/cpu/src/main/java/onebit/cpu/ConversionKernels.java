package onebit.cpu;

import onebit.engine.Precision;

/** Between layouts: values from bf16 to float32 or back, and channels in blocks to channels last or back. */
final class ConversionKernels {

    private ConversionKernels() {}

    /**
     * Copies images of one shape. What is rounded is rounded as by {@link Vectors#bf16}.
     *
     * @param from layout of the images at {@code source}
     * @param to   layout of those to be made at {@code target}; planar if and only if {@code from} is
     */
    static void convert(Layout from, long source, Layout to, long target, int images) {
        if (from.order == to.order) {
            convert(from.precision, source, from.vectorBytes(), to.precision, target, to.vectorBytes(), images * from.imageBytes / from.vectorBytes());
            return;
        }
        for (int i = 0; i < images; i++) {
            long at = source + i * from.imageBytes, image = target + i * to.imageBytes;
            from.rows((o, stride, n, p) -> convert(from.precision, at + o, stride, to.precision, image + to.offset(p, 0), to.pixelStride(), n));
        }
    }

    /** A row of vectors: addresses of the first ones, and the bytes from one to the next. */
    private static void convert(Precision fromPrecision, long from, long fromStride, Precision toPrecision, long to, long toStride, long count) {
        boolean widen = fromPrecision == Precision.BF16, round = toPrecision == Precision.BF16;
        for (long i = 0; i < count; i++) Vectors.store(round, Vectors.load(widen, from + i * fromStride), to + i * toStride);
    }
}
