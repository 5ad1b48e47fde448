package onebit.torch;

import java.nio.file.Path;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.kit.engines.IsolatedTraining;
import onebit.testing.JavaProcess;
import onebit.train.KilledTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on this engine, with libtorch's threads and memory, killed at random moments. */
class KilledTorchRunTest {

    @TempDir
    Path temp;

    @Test
    void killedAndResumedEndsWithTheSameBits() throws Exception {
        KilledTraining.assertEndsWithTheSameBits(temp, JavaProcess.of(IsolatedTraining.class).withOptions("-XX:-UsePerfData"), "cifar10-1bit-bn",
            IsolatedEngine.of("torch"), Precision.BF16, 3, 500);
    }
}
