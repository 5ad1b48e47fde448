package onebit.train;

/**
 * Cosine with warm restarts (ICLR 2018, section 3.3): cycles of 2, 4, 8, ... epochs, restarting at the start of epochs
 * 1, 3, 7, 15, 31, 63, 127. A run of 2, 6, 14, 30, 62, 126 or 254 epochs ends at the minimum. Momentum is kept across
 * restarts, as in the Keras notebooks.
 */
public record WarmRestartSchedule() implements LearningRateSchedule {

    @Override
    public double rate(int epoch, int step, int steps) {
        if (epoch < 1) throw new IllegalArgumentException("Epochs count from 1, not " + epoch + ".");
        int length = Integer.highestOneBit(epoch + 1);
        return LearningRateSchedule.cosine(length - 1, length, epoch, step, steps);
    }
}
