package onebit.train;

import onebit.run.EpochMetrics;

/** Hears of a run from the thread that trains; must return quickly. */
public interface TrainingListener {

    /** Hears nothing and lets the run end. */
    TrainingListener NONE = new TrainingListener() {};

    /** The network is ready and the run begins, or goes on, with this epoch (1-based) and step (0-based). */
    default void started(String networkDescription, int epoch, int step) {}

    /** A batch is done. */
    default void batch(TrainingProgress progress) {}

    /**
     * A batch of test images has been tested, after an epoch's training.
     *
     * @param first  number of the first image in the test set
     * @param images how many
     * @param logits images * classes values, image by image; to be read before returning
     */
    default void tested(int first, int images, float[] logits) {}

    /** An epoch is done, evaluated and saved. */
    default void epoch(EpochMetrics metrics) {}

    /**
     * Asked before every batch: whether the run shall save itself and stop. An interrupt of the training thread asks for the
     * same.
     */
    default boolean stopRequested() {
        return false;
    }
}
