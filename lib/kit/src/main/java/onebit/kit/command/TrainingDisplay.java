package onebit.kit.command;

import onebit.kit.TrainingReport;
import onebit.run.EpochMetrics;
import onebit.train.TrainingListener;
import onebit.train.TrainingProgress;

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
        long all = 1000L * p.epochs();
        display.tell(task, Math.min((long) (TrainingReport.part(p) * all), all - 1), all, TrainingReport.line(p)); // the end is said by end()
    }

    @Override
    public void epoch(EpochMetrics m) {
        display.say(task + ": " + TrainingReport.line(m, epochs));
    }

    @Override
    public boolean stopRequested() {
        return stop.requested();
    }
}
