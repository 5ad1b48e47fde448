package onebit.kit.notebook;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import onebit.run.RunFolder;
import onebit.run.UserError;
import onebit.train.Evaluation;
import onebit.train.Trainer;
import onebit.train.TrainingConfig;
import onebit.train.TrainingOutcome;

/**
 * Training in a notebook's cell. A thread of its own trains; the cell's thread shows how it goes on, in one place, and
 * hears of an interrupt: it then asks the training to stop, which it does after the step that goes on, and saves itself.
 * Another draws the chart: Java's drawing clears the interrupt of the thread that it runs in (it reads fonts again).
 */
final class LiveTraining {

    private static final Duration SHOWN_EVERY = Duration.ofMillis(400);
    /** Where drawing is slow, as the first chart's is, and where nobody watches. */
    private static final Duration SHOWN_AT_LEAST_EVERY = Duration.ofSeconds(2);
    /** To draw the chart takes about this part of the time that belongs to training. */
    private static final int SHARE = 50;
    /** How long a cell that was interrupted waits for the step that goes on; longer steps end after the cell has. */
    private static final Duration PATIENCE = Duration.ofMillis(1_500);
    /** How long the end of the process waits. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(20);

    /** Runs that this process trains at the moment, by folder. */
    private static final Map<Path, TrainingThread> TRAINING = new ConcurrentHashMap<>();

    private static final ExecutorService DRAWING = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("draw training").factory());

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(LiveTraining::stopAll, "stop training"));
    }

    private LiveTraining() {}

    /**
     * Trains to the end, or until the calling thread is interrupted; a run that is in the folder already goes on.
     *
     * @param outputs hears of every evaluation, in the thread that trains
     * @param chart   as it is shown
     * @return how it ended; empty if the step that went on when it was interrupted still does: the run is saved when it ends
     * @throws UserError as {@link Trainer#train}, and if the folder's run is being trained, or stopped, by this notebook
     */
    static Optional<TrainingOutcome> train(Trainer trainer, RunFolder folder, Evaluation.LogitsSink outputs, NotebookOutput output, LiveChart chart) {
        Path key = folder.path().toAbsolutePath().normalize();
        TrainingThread thread = new TrainingThread(trainer, folder, outputs, () -> TRAINING.remove(key));
        TrainingThread other = TRAINING.putIfAbsent(key, thread);
        if (other != null)
            throw new UserError(other.stopping()
                ? "The run is still ending its last step and will then be saved. Run this cell again in a few seconds."
                : "This notebook trains this run already. Interrupt the kernel to stop it, then run this cell again.");
        NotebookOutput.Slot slot = output.slot();
        thread.start();
        long shown = -1;
        Duration least = chart.isWatched() ? SHOWN_EVERY : SHOWN_AT_LEAST_EVERY, pause = least;
        try {
            while (!thread.join(pause)) {
                TrainingHistory.Moment moment = thread.history().now();
                if (moment.changes() == shown) continue;
                shown = moment.changes();
                long begun = System.nanoTime();
                slot.show(drawn(() -> chart.at(moment)));
                long drawing = SHARE * (System.nanoTime() - begun);
                pause = Duration.ofNanos(Math.clamp(drawing, least.toNanos(), SHOWN_AT_LEAST_EVERY.toNanos()));
            }
            TrainingOutcome outcome = thread.outcome();
            slot.show(drawn(() -> chart.ended(thread.history().now(), ended(outcome))));
            return Optional.of(outcome);
        } catch (InterruptedException e) {
            return interrupted(thread, slot, chart);
        } catch (RuntimeException | Error e) { // nobody would see, nor stop, what goes on
            thread.stopTraining();
            throw e;
        }
    }

    /** A run that was finished before, as its training ended. */
    static void show(TrainingConfig config, TrainingOutcome.Finished run, NotebookOutput output) {
        try {
            output.slot().show(drawn(() -> new LiveChart(config, false).ended(new TrainingHistory(run.epochs()).now(), ended(run))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<TrainingOutcome> interrupted(TrainingThread thread, NotebookOutput.Slot slot, LiveChart chart) {
        thread.stopTraining();
        boolean ended = false;
        try {
            slot.show(chart.stopping()); // first of all: JJava ends an interrupted cell within moments, and drops what comes later
            ended = thread.join(PATIENCE);
            String sentence = ended ? ended(thread.outcome()) : "stopping: the step that goes on is ended first, then the run is saved. Run this cell again to go on.";
            slot.show(drawn(() -> chart.ended(thread.history().now(), sentence)));
        } catch (InterruptedException again) {
            // Stopping is under way already.
        }
        Thread.currentThread().interrupt();
        return ended ? Optional.of(thread.outcome()) : Optional.empty();
    }

    private static NotebookOutput.Content drawn(Callable<NotebookOutput.Content> chart) throws InterruptedException {
        try {
            return DRAWING.submit(chart).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    private static String ended(TrainingOutcome outcome) {
        return switch (outcome) {
            case TrainingOutcome.Finished finished -> finished.before() ? "finished before; its folder has not been touched" : "finished";
            case TrainingOutcome.Stopped stopped -> "stopped and saved. Run this cell again to go on.";
        };
    }

    /** The process ends: what trains saves itself first. */
    private static void stopAll() {
        TRAINING.values().forEach(TrainingThread::stopTraining);
        long end = System.nanoTime() + LAST_PATIENCE.toNanos();
        try {
            for (TrainingThread thread : TRAINING.values()) thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
