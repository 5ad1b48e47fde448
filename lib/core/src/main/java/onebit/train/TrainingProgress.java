package onebit.train;

import java.time.Duration;

/**
 * Where a run is, after a batch.
 *
 * @param phase           whether the batch was trained on or tested with
 * @param epoch           1-based
 * @param epochs          of the run
 * @param step            batches done in this phase of this epoch, 1-based
 * @param steps           batches of this phase
 * @param loss            mean cross-entropy in this phase of this epoch so far
 * @param accuracy        0..1 in this phase of this epoch so far
 * @param imagesPerSecond lately, in this phase
 * @param remaining       estimate for the rest of the run, evaluations included
 */
public record TrainingProgress(Phase phase, int epoch, int epochs, int step, int steps, double loss,
                               double accuracy, double imagesPerSecond, Duration remaining) {

    public enum Phase { TRAINING, EVALUATION }
}
