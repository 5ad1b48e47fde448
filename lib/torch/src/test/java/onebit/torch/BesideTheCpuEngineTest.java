package onebit.torch;

import java.nio.file.Path;
import onebit.kit.engines.IsolatedEngine;
import onebit.testing.FirstSteps;
import onebit.testing.RealRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row's first 20 steps, and a run, beside the cpu engine. */
class BesideTheCpuEngineTest {

    @ParameterizedTest
    @MethodSource("onebit.testing.FirstSteps#rows")
    void lossesAndUpdatesAgreeWithTheCpuEngines(String row) {
        FirstSteps.assertAgree(row, IsolatedEngine.of("cpu"), IsolatedEngine.of("torch"));
    }

    @Test
    void aRunComputesAllThroughWhatTheCpuEngineDoes(@TempDir Path folder) {
        RealRun.assertComputedAs(IsolatedEngine.of("cpu"), IsolatedEngine.of("torch"), folder.resolve("run"));
    }
}
