package onebit.kit.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import onebit.kit.TrainingReport;
import onebit.run.AtomicFile;
import onebit.run.EpochMetrics;
import onebit.run.RunFolder;
import onebit.train.Evaluation;
import onebit.train.Trainer;
import onebit.train.TrainingListener;
import onebit.train.TrainingOutcome;
import onebit.train.TrainingProgress;

/** Trains a run to its end, or until it is asked to stop, and keeps what it did: in memory to be shown, in the folder's log to be read. */
final class TrainingThread implements TrainingListener {

    /** In the run's folder. */
    static final String LOG = "log.txt";

    private final Trainer trainer;
    private final RunFolder folder;
    private final TrainingHistory history;
    private final Thread thread;
    private final Evaluation.LogitsSink outputs;
    private final Runnable ended;
    private volatile boolean stopping;
    private volatile TrainingOutcome outcome;
    private volatile Throwable failure;

    /**
     * @param outputs hears of every evaluation
     * @param ended   called when nothing is trained or saved any more
     */
    TrainingThread(Trainer trainer, RunFolder folder, Evaluation.LogitsSink outputs, Runnable ended) {
        this.trainer = trainer;
        this.folder = folder;
        this.outputs = outputs;
        this.ended = ended;
        history = new TrainingHistory(folder.metrics());
        thread = Thread.ofPlatform().daemon().name("training " + trainer.config().row()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            outcome = trainer.train(folder, true, this);
            if (outcome instanceof TrainingOutcome.Stopped) log("stopped and saved");
        } catch (Throwable e) { // to be thrown again where it is waited for
            failure = e;
        } finally {
            ended.run();
        }
    }

    boolean join(Duration patience) throws InterruptedException {
        return thread.join(patience);
    }

    void stopTraining() {
        stopping = true;
    }

    boolean stopping() {
        return stopping;
    }

    TrainingHistory history() {
        return history;
    }

    /** Of a thread that has ended; throws what it had thrown. */
    TrainingOutcome outcome() {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        return outcome;
    }

    @Override
    public void started(String network, int epoch, int step) {
        history.ready(network);
        log(network + "; begins in epoch " + epoch + " after " + step + " steps");
    }

    @Override
    public void batch(TrainingProgress progress) {
        history.add(progress);
    }

    @Override
    public void tested(int first, int images, float[] logits) {
        outputs.accept(first, images, logits);
    }

    @Override
    public void epoch(EpochMetrics metrics) {
        history.add(metrics);
        log(TrainingReport.line(metrics, trainer.config().epochs()));
    }

    @Override
    public boolean stopRequested() {
        return stopping;
    }

    private void log(String line) {
        Path file = folder.path().resolve(LOG);
        try {
            Files.writeString(file, Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(file, e);
        }
    }
}
