package onebit.cpu;

import java.nio.file.Path;
import java.util.List;
import onebit.engine.Precision;
import onebit.run.RunFolder;
import onebit.train.KilledTraining;
import onebit.train.TinyTraining;
import onebit.train.TrainingListener;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs on this engine, with its threads and its native memory, killed at random moments. */
class KilledCpuRunTest {

    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource({"cifar10-1bit-bn, BF16", "cifar10-full-srelu, FLOAT32"})
    void killedAndResumedEndsWithTheSameBits(String row, Precision precision) throws Exception {
        Bf16.assumeAvailable(precision);
        RunFolder whole = new RunFolder(temp.resolve("whole"));
        TinyTraining.trainer(TinyTraining.config(row, "cpu", precision), new CpuEngine()).train(whole, false, TrainingListener.NONE);
        KilledTraining.of(temp.resolve("killed"), Bf16.process(TinyTraining.class).withOptions("-XX:-UsePerfData"),
            List.of(row, "cpu", precision.label()), 3, 1000).assertEndedLike(whole);
    }
}
