package onebit.train;

/**
 * One half cosine over the whole run: the shifted-ReLU rows (ACIRS 2019).
 *
 * @param epochs length of the run, 1 or more; 300 in the paper
 */
public record CosineSchedule(int epochs) implements LearningRateSchedule {

    public CosineSchedule {
        if (epochs < 1) throw new IllegalArgumentException("A schedule needs 1 epoch or more, not " + epochs + ".");
    }

    @Override
    public double rate(int epoch, int step, int steps) {
        return LearningRateSchedule.cosine(1, epochs, epoch, step, steps);
    }
}
