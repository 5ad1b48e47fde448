package onebit.cpu;

import onebit.engine.Precision;
import onebit.testing.JavaProcess;
import org.junit.jupiter.api.Assumptions;

/** For tests in bf16: of this processor's instructions or, for want of them, emulated; not every processor has either. */
final class Bf16 {

    private Bf16() {}

    /** Skips the test that calls it in bf16, if this processor cannot compute in that at all. */
    static void assumeAvailable(Precision precision) {
        Assumptions.assumeTrue(precision != Precision.BF16 || new CpuEngine().modes().stream().anyMatch(m -> m.precision() == Precision.BF16 && m.available()),
            "this processor cannot compute in bf16");
    }

    /** A process that emulates bf16 if this one would. */
    static JavaProcess process(Class<?> main) {
        return JavaProcess.of(main).withOptions("-D" + Emulation.PROPERTY + "=" + Boolean.getBoolean(Emulation.PROPERTY));
    }
}
