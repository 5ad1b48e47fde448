package onebit.train;

/** A running mean of durations that forgets: after {@code MEMORY} batches the first ones, slow ones, hardly count. */
final class Pace {

    private static final double MEMORY = 30;

    private double seconds;
    private double weight;

    void add(double batchSeconds) {
        double keep = 1 - 1 / MEMORY;
        seconds = seconds * keep + batchSeconds;
        weight = weight * keep + 1;
    }

    boolean known() {
        return weight > 0;
    }

    /** Lately, for one batch. */
    double secondsPerBatch() {
        return seconds / weight;
    }
}
