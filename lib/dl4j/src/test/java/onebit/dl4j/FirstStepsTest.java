package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import onebit.kit.engines.IsolatedEngine;
import onebit.testing.FirstSteps;
import onebit.train.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row's first 20 steps beside the cpu engine's. */
class FirstStepsTest {

    static Stream<String> rows() {
        return Row.ALL.stream().map(Row::id);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void lossesAndUpdatesAgreeWithTheCpuEngines(String row) {
        List<FirstSteps.Step> steps = FirstSteps.of(Row.of(row), IsolatedEngine.of("cpu"), TestEngine.get());
        assertEquals(20, steps.size());
        for (FirstSteps.Step step : steps) assertTrue(step.lossError() < 1e-4 && step.momentum() < 0.05, steps.toString());
    }
}
