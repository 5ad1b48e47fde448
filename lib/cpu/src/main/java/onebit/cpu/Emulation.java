package onebit.cpu;

import onebit.engine.CpuFeatures;
import onebit.engine.Precision;

/**
 * bf16 on processors that have no instructions for it: tensors are kept in bf16 as ever, and what oneDNN computes from them is
 * computed in float32, between widening and rounding ({@link Operand}). That is what the instructions do, but for the order in which
 * they add, for numbers too small to matter, and for ties, which they round to even and {@link Vectors#bf16} away from zero. It is for
 * what is to be known of bf16, not for speed.
 */
final class Emulation {

    /** Of the JVM: whether bf16 is emulated where the processor has no instructions for it. */
    static final String PROPERTY = "onebit.bf16.emulated";

    static final boolean WANTED = Boolean.getBoolean(PROPERTY) && !CpuFeatures.detect().bf16();

    private Emulation() {}

    /** Whether what is computed in this precision is emulated. */
    static boolean of(Precision precision) {
        return WANTED && precision == Precision.BF16;
    }
}
