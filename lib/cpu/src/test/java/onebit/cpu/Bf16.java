package onebit.cpu;

import onebit.engine.CpuFeatures;
import onebit.engine.Precision;
import org.junit.jupiter.api.Assumptions;

/** For tests in bf16, which not every processor computes. */
final class Bf16 {

    private Bf16() {}

    /** Skips the test that calls it in bf16, if this processor has no instructions for that. */
    static void assumeAvailable(Precision precision) {
        Assumptions.assumeTrue(precision != Precision.BF16 || CpuFeatures.detect().bf16(), "this processor has no bf16 instructions");
    }
}
