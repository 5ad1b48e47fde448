package onebit.torch;

import java.nio.file.Path;
import java.util.List;
import onebit.engine.Engine;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.kit.engines.IsolatedTraining;
import onebit.run.RunFolder;
import onebit.testing.JavaProcess;
import onebit.train.KilledTraining;
import onebit.train.TinyTraining;
import onebit.train.TrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on this engine, with libtorch's threads and memory, killed at random moments. */
class KilledTorchRunTest {

    private static final String ROW = "cifar10-1bit-bn";

    @TempDir
    Path temp;

    @Test
    void killedAndResumedEndsWithTheSameBits() throws Exception {
        Engine engine = IsolatedEngine.of("torch");
        RunFolder whole = new RunFolder(temp.resolve("whole"));
        TinyTraining.trainer(TinyTraining.config(ROW, engine.name(), Precision.BF16), engine).train(whole, false, TrainingListener.NONE);
        KilledTraining.of(temp.resolve("killed"), JavaProcess.of(IsolatedTraining.class).withOptions("-XX:-UsePerfData"),
            List.of(ROW, engine.name(), Precision.BF16.label()), 3, 500).assertEndedLike(whole);
    }
}
