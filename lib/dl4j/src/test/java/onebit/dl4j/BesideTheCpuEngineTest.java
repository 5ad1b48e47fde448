package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import onebit.kit.engines.IsolatedEngine;
import onebit.testing.FirstSteps;
import onebit.testing.RealRun;
import onebit.testing.ShadowedEngine;
import onebit.train.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row's first 20 steps, and a run, beside the cpu engine. */
class BesideTheCpuEngineTest {

    static Stream<String> rows() {
        return Row.ALL.stream().map(Row::id);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void lossesAndUpdatesAgreeWithTheCpuEngines(String row) {
        List<ShadowedEngine.Step> steps = FirstSteps.of(Row.of(row), IsolatedEngine.of("cpu"), TestEngine.get());
        assertEquals(20, steps.size());
        for (ShadowedEngine.Step step : steps) assertTrue(step.lossError() < 1e-4 && step.momentum() < 0.01, steps.toString());
    }

    @Test
    void aRunComputesAllThroughWhatTheCpuEngineDoes(@TempDir Path folder) {
        RealRun.assertComputedAs(IsolatedEngine.of("cpu"), TestEngine.get(), folder.resolve("run"));
    }
}
