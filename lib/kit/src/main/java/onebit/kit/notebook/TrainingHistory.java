package onebit.kit.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import onebit.kit.figures.TrainingFigure.Point;
import onebit.run.EpochMetrics;
import onebit.train.TrainingProgress;

/** What is known of a run while it goes on: written by the thread that trains, read by the cell's. */
final class TrainingHistory {

    /** Points within epochs that are kept; more than these no chart can show. */
    private static final int POINTS = 2_000;

    /**
     * The run at one moment.
     *
     * @param network  the engine's words on it; empty until it is ready
     * @param progress empty before the first batch
     * @param epochs   completed ones
     * @param running  accuracy within epochs
     * @param changes  how often anything changed
     */
    record Moment(String network, Optional<TrainingProgress> progress, List<EpochMetrics> epochs, List<Point> running, long changes) {}

    private String network = "";
    private Optional<TrainingProgress> progress = Optional.empty();
    private final List<EpochMetrics> epochs;
    private final List<Point> running = new ArrayList<>();
    private double apart;
    private long changes;

    /** @param epochs those of earlier sessions */
    TrainingHistory(List<EpochMetrics> epochs) {
        this.epochs = new ArrayList<>(epochs);
    }

    synchronized void ready(String description) {
        network = description;
        changes++;
    }

    synchronized void add(TrainingProgress p) {
        progress = Optional.of(p);
        changes++;
        if (p.phase() == TrainingProgress.Phase.EVALUATION) return;
        double epoch = p.epoch() - 1 + (double) p.step() / p.steps();
        apart = Math.max(apart, (double) p.epochs() / POINTS);
        if (running.isEmpty() || epoch - running.getLast().epoch() >= apart) running.add(new Point(epoch, p.accuracy()));
    }

    synchronized void add(EpochMetrics metrics) {
        epochs.add(metrics);
        changes++;
    }

    synchronized Moment now() {
        return new Moment(network, progress, List.copyOf(epochs), List.copyOf(running), changes);
    }
}
