package onebit.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import onebit.run.EpochMetrics;
import onebit.train.TrainingProgress;
import onebit.train.TrainingProgress.Phase;
import org.junit.jupiter.api.Test;

class TrainingReportTest {

    private static TrainingProgress at(Phase phase, int epoch, int step, int steps) {
        return new TrainingProgress(phase, epoch, 6, step, steps, 1.23456, 0.5, 1234.4, Duration.ofSeconds(3725));
    }

    @Test
    void aStepTellsWhereItIsHowFastHowLongAndTheLoss() {
        assertEquals("epoch 2/6, step 100/400, 1,234 images/s, ETA 1:02:05, loss 1.2346", TrainingReport.line(at(Phase.TRAINING, 2, 100, 400)));
        assertEquals("epoch 2/6, test 40/80, 1,234 images/s, ETA 1:02:05, loss 1.2346", TrainingReport.line(at(Phase.EVALUATION, 2, 40, 80)));
    }

    @Test
    void anEpochTellsItsRateLossesAndAccuracies() {
        assertEquals("epoch 2/6, rate 0.00001, training loss 1.2500, accuracy 54.32 %; test loss 1.5000, accuracy 50.10 %; 2,345 images/s",
            TrainingReport.line(new EpochMetrics(2, 1e-5, 1.25, 0.1, 0.5432, 1.5, 0.501, 20, 2, 2345.4), 6));
    }

    @Test
    void thePartThatIsDoneGrowsThroughTrainingAndEvaluationToTheWhole() {
        assertEquals(0, TrainingReport.part(at(Phase.TRAINING, 1, 0, 400)));
        assertEquals((1 + 0.99 / 4) / 6, TrainingReport.part(at(Phase.TRAINING, 2, 100, 400)), 1e-12);
        assertEquals((1 + 0.995) / 6, TrainingReport.part(at(Phase.EVALUATION, 2, 40, 80)), 1e-12);
        assertEquals(1, TrainingReport.part(at(Phase.EVALUATION, 6, 80, 80)), 1e-12);
    }
}
