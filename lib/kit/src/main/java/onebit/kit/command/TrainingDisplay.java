package onebit.kit.command;

import java.util.Locale;
import onebit.run.EpochMetrics;
import onebit.train.TrainingListener;
import onebit.train.TrainingProgress;
import onebit.train.TrainingProgress.Phase;

/** Shows how a run goes on: a line that moves within the epochs, and a line that stays for each epoch. */
final class TrainingDisplay implements TrainingListener {

    private final ProgressDisplay display;
    private final String task;
    private final int epochs;
    private final StopRequest stop;

    /** @param task what is trained, for people */
    TrainingDisplay(ProgressDisplay display, String task, int epochs, StopRequest stop) {
        this.display = display;
        this.task = task;
        this.epochs = epochs;
        this.stop = stop;
    }

    @Override
    public void started(String network, int epoch, int step) {
        display.say(task + ": " + network + (epoch == 1 && step == 0 ? "" : "; goes on in epoch " + epoch + " after " + step + " steps"));
    }

    @Override
    public void batch(TrainingProgress p) {
        boolean training = p.phase() == Phase.TRAINING;
        // The line's length is counted in hundredths of an epoch, 99 of which are training.
        long done = 100L * (p.epoch() - 1) + (training ? 99L * p.step() / p.steps() : 99);
        display.tell(task, done, 100L * p.epochs(), String.format(Locale.ROOT, "epoch %d/%d, %s %d/%d, %,.0f images/s, ETA %s, loss %.4f",
            p.epoch(), p.epochs(), training ? "step" : "test", p.step(), p.steps(), p.imagesPerSecond(), ProgressDisplay.time(p.remaining()), p.loss()));
    }

    @Override
    public void epoch(EpochMetrics m) {
        display.say(String.format(Locale.ROOT, "%s: epoch %d/%d, rate %.5f, training loss %.4f, accuracy %.2f %%; test loss %.4f, accuracy %.2f %%; %,.0f images/s",
            task, m.epoch(), epochs, m.lrEnd(), m.trainLoss(), 100 * m.trainAccuracy(), m.testLoss(), 100 * m.testAccuracy(), m.imagesPerSecond()));
    }

    @Override
    public boolean stopRequested() {
        return stop.requested();
    }
}
