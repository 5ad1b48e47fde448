package onebit.train;

/** Asks to stop after so many batches. */
public final class StopAfter implements TrainingListener {

    private int left;

    public StopAfter(int batches) {
        left = batches;
    }

    @Override
    public void batch(TrainingProgress progress) {
        left--;
    }

    @Override
    public boolean stopRequested() {
        return left <= 0;
    }
}
