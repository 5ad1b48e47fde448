package onebit.cpu;

import static onebit.cpu.Vectors.BYTES;
import static onebit.cpu.Vectors.FLOATS;
import static onebit.cpu.Vectors.load;
import static onebit.cpu.Vectors.store;

import jdk.incubator.vector.FloatVector;

/** What happens to weights and their gradients, in float32, over {@code count} values (whole vectors). */
final class WeightKernels {

    private static final int SIGN = 0x80000000;

    private WeightKernels() {}

    /** to += from. */
    static void add(long to, long from, long count) {
        for (long o = 0; o < 4 * count; o += BYTES) store(load(to + o).add(load(from + o)), to + o);
    }

    /** v = momentum * v - rate * (gradient + decay * w); w += v. */
    static void descend(long w, long v, long gradient, long count, float rate, float momentum, float decay) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var weight = load(w + o);
            var step = load(v + o).mul(momentum).sub(weight.mul(decay).add(load(gradient + o)).mul(rate));
            store(step, v + o);
            store(weight.add(step), w + o);
        }
    }

    /** rounded = w to the nearest bf16. */
    static void roundToBf16(long w, long rounded, long count) {
        for (long o = 0; o < 4 * count; o += BYTES) store(Vectors.roundedToBf16(load(w + o)), rounded + o);
    }

    /** quantized = w >= 0 ? scale : -scale; w = -0.0 counts as 0, as in Java's comparison. */
    static void oneBit(long w, long quantized, long count, float scale) {
        var zero = FloatVector.zero(FLOATS);
        int bits = Float.floatToRawIntBits(scale);
        for (long o = 0; o < 4 * count; o += BYTES)
            store(load(w + o).add(zero).reinterpretAsInts().and(SIGN).or(bits).reinterpretAsFloats(), quantized + o);
    }
}
