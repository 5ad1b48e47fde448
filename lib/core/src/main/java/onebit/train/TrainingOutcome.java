package onebit.train;

import java.util.List;
import onebit.run.Checkpoint;
import onebit.run.EpochMetrics;
import onebit.run.RunResult;

/** How a call of {@link Trainer#train} ended, when it did not fail. */
public sealed interface TrainingOutcome {

    /** The epochs completed. */
    List<EpochMetrics> epochs();

    /**
     * All epochs are done.
     *
     * @param before whether they were done already when the call was made
     */
    record Finished(RunResult result, List<EpochMetrics> epochs, boolean before) implements TrainingOutcome {}

    /** Stopped on request and saved; to be resumed. */
    record Stopped(Checkpoint.Progress at) implements TrainingOutcome {
        @Override
        public List<EpochMetrics> epochs() {
            return at.epochs();
        }
    }
}
