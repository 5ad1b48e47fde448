package onebit.cpu;

import java.nio.file.Path;
import onebit.engine.Precision;
import onebit.train.KilledTraining;
import onebit.train.TinyTraining;
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
        KilledTraining.assertEndsWithTheSameBits(temp, Bf16.process(TinyTraining.class).withOptions("-XX:-UsePerfData"), row, new CpuEngine(), precision, 3, 1000);
    }
}
