package onebit.train;

/** The learning rate of every step of a run: a pure function of the position, so that a resumed run needs no state. */
public sealed interface LearningRateSchedule permits WarmRestartSchedule, CosineSchedule {

    /** Where every cycle begins. */
    double MAXIMUM = 0.1;

    /** Where every cycle ends: the notebooks' value; the paper's text says 1e-4. */
    double MINIMUM = 1e-5;

    /**
     * The rate of one step.
     *
     * @param epoch 1-based
     * @param step  0-based position in the epoch
     * @param steps steps in an epoch; 400 for 50,000 images in batches of 125
     * @throws IllegalArgumentException if the position is outside the epoch, or the epoch outside the schedule
     */
    double rate(int epoch, int step, int steps);

    /** The rate of an epoch's last step, as the authors' logs print it. */
    default double rateAtEnd(int epoch, int steps) {
        return rate(epoch, steps - 1, steps);
    }

    /**
     * Half a cosine from the maximum to the minimum over the {@code length} epochs that begin with epoch {@code first}.
     * Within an epoch the first step counts 0 and the last counts 1; the only step of an epoch counts 0.
     */
    static double cosine(int first, int length, int epoch, int step, int steps) {
        if (epoch < first || epoch >= first + length)
            throw new IllegalArgumentException("Epoch " + epoch + " is outside of epochs " + first + " to " + (first + length - 1) + ".");
        if (step < 0 || step >= steps)
            throw new IllegalArgumentException("Step " + step + " is outside of an epoch of " + steps + " steps.");
        double t = (epoch - first + (steps == 1 ? 0 : step / (steps - 1.0))) / length;
        return MINIMUM + 0.5 * (MAXIMUM - MINIMUM) * (1 + Math.cos(Math.PI * t));
    }
}
