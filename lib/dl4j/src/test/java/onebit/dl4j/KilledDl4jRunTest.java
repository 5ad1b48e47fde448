package onebit.dl4j;

import java.nio.file.Path;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedTraining;
import onebit.testing.JavaProcess;
import onebit.train.KilledTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on this engine, with ND4J's threads and workspaces, killed at random moments. */
class KilledDl4jRunTest {

    @TempDir
    Path temp;

    @Test
    void killedAndResumedEndsWithTheSameBits() throws Exception {
        KilledTraining.assertEndsWithTheSameBits(temp, JavaProcess.of(IsolatedTraining.class).withOptions("-XX:-UsePerfData"), "cifar10-1bit-bn",
            TestEngine.get(), Precision.FLOAT32, 3, 500);
    }
}
