package onebit.cpu;

/** Between bf16 and float32, over {@code count} values (whole vectors) that lie one after the other. */
final class ConversionKernels {

    private ConversionKernels() {}

    static void widen(long bf16, long floats, long count) {
        for (long i = 0; i < count; i += Vectors.LANES) Vectors.store(Vectors.loadBf16(bf16 + 2 * i), floats + 4 * i);
    }

    static void round(long floats, long bf16, long count) {
        for (long i = 0; i < count; i += Vectors.LANES) Vectors.storeBf16(Vectors.load(floats + 4 * i), bf16 + 2 * i);
    }
}
