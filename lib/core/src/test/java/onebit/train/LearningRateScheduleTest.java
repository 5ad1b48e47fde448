package onebit.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import onebit.engine.Precision;
import onebit.model.WideResNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRateScheduleTest {

    static List<Row> rows() {
        return Row.ALL;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void endsEveryEpochAtTheRateThatTheAuthorsLogged(Row row) throws IOException {
        LearningRateSchedule schedule = row.schedule(row.paperEpochs());
        List<String> log = log(row);
        assertTrue(log.size() >= 250, "only " + log.size() + " epochs");
        for (int i = 0; i < log.size(); i++) {
            int epoch = epoch(log.get(i)), next = i + 1 < log.size() ? epoch(log.get(i + 1)) : epoch + 1;
            double logged = Double.parseDouble(log.get(i).split(",")[1]);
            // Where one log lost epochs, the line before the gap has figures of one of them.
            assertTrue(IntStream.range(epoch, next).anyMatch(e -> Math.abs(logged - schedule.rateAtEnd(e, 400)) < 0.6e-6),
                () -> "epoch " + epoch + ": " + logged + " logged, " + schedule.rateAtEnd(epoch, 400) + " computed");
        }
    }

    private static int epoch(String line) {
        return Integer.parseInt(line.split(",")[0]);
    }

    private static List<String> log(Row row) throws IOException {
        try (InputStream in = LearningRateScheduleTest.class.getResourceAsStream("/onebit/reference-figures/curves/" + row.id() + ".csv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).toList();
        }
    }

    /** A shifted-ReLU row's cosine is as long as the run, also where a folder's configuration says so; a batch-norm row's cycles are not. */
    @ParameterizedTest
    @MethodSource("rows")
    void aShorterRunOfAShiftedReLURowEndsAtTheMinimumToo(Row row) {
        boolean oneCosine = row.activation() instanceof WideResNet.Activation.ShiftedReLU;
        LearningRateSchedule ofConfiguration = TrainingConfig.of(row, Profile.QUICK, "x", Precision.FLOAT32).withEpochs(5).schedule();
        for (LearningRateSchedule schedule : List.of(row.schedule(5), ofConfiguration))
            assertEquals(oneCosine ? LearningRateSchedule.MINIMUM : new WarmRestartSchedule().rateAtEnd(5, 400), schedule.rateAtEnd(5, 400), 1e-15);
    }

    @Test
    void restartsAtTheMaximumWithEpochs1And3And7AndSoOn() {
        var schedule = new WarmRestartSchedule();
        List<Integer> restarts = IntStream.rangeClosed(1, 254).filter(e -> schedule.rate(e, 0, 400) == LearningRateSchedule.MAXIMUM).boxed().toList();
        assertEquals(List.of(1, 3, 7, 15, 31, 63, 127), restarts);
    }

    @Test
    void warmRestartRunsOf2And6And14EpochsEndAtTheMinimum() {
        List<Integer> complete = IntStream.rangeClosed(1, 254)
            .filter(epochs -> new WarmRestartSchedule().rateAtEnd(epochs, 17) < LearningRateSchedule.MINIMUM + 1e-15).boxed().toList();
        assertEquals(List.of(2, 6, 14, 30, 62, 126, 254), complete);
    }

    @Test
    void oneCosineEndsAtTheMinimumWhateverTheLength() {
        for (int epochs : new int[] {1, 2, 7, 300}) {
            var schedule = new CosineSchedule(epochs);
            assertEquals(LearningRateSchedule.MAXIMUM, schedule.rate(1, 0, 400));
            assertEquals(LearningRateSchedule.MINIMUM, schedule.rateAtEnd(epochs, 400), 1e-15);
        }
    }

    @Test
    void followsTheMethodsFormulaWithinAnEpoch() {
        double t = (5 - 3 + 123 / 479.0) / 4;
        assertEquals(1e-5 + 0.5 * (0.1 - 1e-5) * (1 + Math.cos(Math.PI * t)), new WarmRestartSchedule().rate(5, 123, 480), 1e-15);
    }

    @Test
    void fallsFromStepToStepWithinACycle() {
        var schedule = new WarmRestartSchedule();
        for (int step = 1; step < 400; step++) assertTrue(schedule.rate(4, step, 400) < schedule.rate(4, step - 1, 400));
    }

    @Test
    void anEpochOfOneStepHasTheRateOfItsBeginning() {
        assertEquals(LearningRateSchedule.MAXIMUM, new CosineSchedule(3).rate(1, 0, 1));
        assertEquals(new CosineSchedule(3).rate(2, 0, 400), new CosineSchedule(3).rate(2, 0, 1));
    }

    @Test
    void refusesAPositionOutsideOfTheRun() {
        var schedule = new CosineSchedule(3);
        assertThrows(IllegalArgumentException.class, () -> schedule.rate(0, 0, 400));
        assertThrows(IllegalArgumentException.class, () -> schedule.rate(4, 0, 400));
        assertThrows(IllegalArgumentException.class, () -> schedule.rate(1, 400, 400));
        assertThrows(IllegalArgumentException.class, () -> schedule.rate(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new WarmRestartSchedule().rate(0, 0, 400));
    }
}
