package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import onebit.data.Dataset;
import onebit.data.GeneratedDataset;
import onebit.data.Progress;
import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.kit.analysis.Predictions;
import onebit.model.Shape;
import onebit.reference.ReferenceEngine;
import onebit.run.EpochMetrics;
import onebit.run.RunFolder;
import onebit.run.UserError;
import onebit.testing.ChangedReference;
import onebit.testing.ForwardingNetwork;
import onebit.train.Evaluation;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.Trainer;
import onebit.train.TrainingConfig;
import onebit.train.TrainingOutcome;
import onebit.train.TrainingProgress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a run of 3 epochs of 6 steps, small enough for the float64 reference. */
@Timeout(120)
class LiveTrainingTest {

    private static final TrainingConfig CONFIG = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "reference", Precision.FLOAT64)
        .withDepth(8).withEpochs(3).withBatchSize(5);

    private static final String IMAGE = "data:image/png;base64,";

    @TempDir
    Path folder;

    private final ShownOutput output = new ShownOutput();

    private static Trainer trainer(Engine engine) {
        Dataset made = GeneratedDataset.of(new Shape(3, 4, 4), 10, 30, 13, 1);
        Dataset named = new Dataset("cifar10", made.title(), made.classNames(), made.train(), made.test(), made.checksums(), made.source());
        return new Trainer(CONFIG, named, engine, 0);
    }

    private RunFolder run(String name) {
        return new RunFolder(folder.resolve(name));
    }

    private Optional<TrainingOutcome> train(Trainer trainer, String name) {
        return train(trainer, name, (first, images, logits) -> {});
    }

    private Optional<TrainingOutcome> train(Trainer trainer, String name, Evaluation.LogitsSink outputs) {
        return LiveTraining.train(trainer, run(name), outputs, output, new LiveChart(CONFIG, true));
    }

    /** A cell: a thread that can be interrupted. */
    private static final class Cell<T> {
        final CompletableFuture<T> result = new CompletableFuture<>();
        final Thread thread;

        Cell(Supplier<T> code) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    result.complete(code.get());
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
        }

        T interrupt() throws Exception {
            thread.interrupt();
            return result.get(60, TimeUnit.SECONDS);
        }
    }

    /** Of an engine that trains a step when it is allowed to. */
    private static final class Steps {
        final Semaphore allowed = new Semaphore(0);
        final Semaphore begun = new Semaphore(0);
        final Engine engine = new ChangedReference(network -> new ForwardingNetwork(network) {
            @Override
            public StepResult train(Batch batch, double learningRate) {
                begun.release();
                allowed.acquireUninterruptibly();
                return super.train(batch, learningRate);
            }
        });
    }

    @Test
    void trainsAndShowsItInOnePlaceAndLogsTheEpochs() throws Exception {
        assertInstanceOf(TrainingOutcome.Finished.class, train(trainer(new ReferenceEngine()), "run").orElseThrow());

        assertEquals(1, output.slots.size());
        assertTrue(output.texts().getFirst().matches("cifar10-1bit-bn: test accuracy [\\d.]+ % after epoch 3; finished"), output.texts().getFirst());
        assertTrue(output.slots.getFirst().getLast().html().contains(IMAGE), "a chart");
        List<String> log = Files.readAllLines(folder.resolve("run").resolve(TrainingThread.LOG));
        assertEquals(4, log.size(), "one line for the network, one an epoch");
        assertTrue(log.getLast().contains("epoch 3/3"), log.getLast());
    }

    @Test
    void whatTheLastEvaluationSaysOfEveryImageIsHeard() {
        Trainer trainer = trainer(new ReferenceEngine());
        Predictions.Collector outputs = new Predictions.Collector(trainer.dataset().test(), trainer.dataset().classNames());

        TrainingOutcome outcome = train(trainer, "run", outputs).orElseThrow();

        Predictions again = Predictions.of(run("run").model(), trainer.dataset().test(), trainer.dataset().classNames(), new ReferenceEngine(),
            NetworkOptions.inference(Precision.FLOAT64), Progress.NONE);
        Predictions heard = outputs.predictions().orElseThrow();
        assertEquals(((TrainingOutcome.Finished) outcome).result().correct(), heard.right());
        for (int i = 0; i < 13; i++) assertEquals(again.each().get(i).loss(), heard.each().get(i).loss(), 1e-4);
    }

    @Test
    void anInterruptStopsAndSavesAndTheNextRunEndsAsIfUndisturbed() throws Exception {
        train(trainer(new ReferenceEngine()), "undisturbed");
        Steps steps = new Steps();
        Cell<Optional<TrainingOutcome>> cell = new Cell<>(() -> train(trainer(steps.engine), "run"));
        steps.allowed.release(8);
        steps.begun.acquire(9); // the ninth step, the third of the second epoch, waits
        cell.thread.interrupt();
        while (!saysThatItIsStopping()) Thread.sleep(5); // the training has heard of it by then
        steps.allowed.release();

        TrainingOutcome stopped = cell.result.get(60, TimeUnit.SECONDS).orElseThrow();

        assertInstanceOf(TrainingOutcome.Stopped.class, stopped);
        assertTrue(output.texts().getLast().endsWith("stopped and saved. Run this cell again to go on."), output.texts().getLast());
        steps.allowed.release(100);
        assertInstanceOf(TrainingOutcome.Finished.class, train(trainer(steps.engine), "run").orElseThrow());
        assertEquals(figures("undisturbed"), figures("run"));
    }

    private boolean saysThatItIsStopping() {
        return output.slots.getLast().stream().anyMatch(shown -> shown.text().endsWith("stopping; what has been trained is saved. Run this cell again to go on."));
    }

    private List<EpochMetrics> figures(String name) {
        return run(name).metrics().stream().map(EpochMetrics::withoutTimes).toList();
    }

    @Test
    void theChartOfWhatNobodyWatchesIsDrawnAfterEachEpochAndAtTheEnd() {
        TrainingHistory history = new TrainingHistory(List.of());
        LiveChart watched = new LiveChart(CONFIG, true), unwatched = new LiveChart(CONFIG, false);
        history.add(progress(1));
        assertTrue(watched.at(history.now()).html().contains(IMAGE));
        assertFalse(unwatched.at(history.now()).html().contains(IMAGE));

        train(trainer(new ReferenceEngine()), "run");
        run("run").metrics().forEach(history::add);
        String first = unwatched.at(history.now()).html();
        assertTrue(first.contains(IMAGE));
        history.add(progress(2));
        assertEquals(image(first), image(unwatched.at(history.now()).html()));
        assertNotEquals(image(first), image(unwatched.ended(history.now(), "finished").html()));
    }

    private static TrainingProgress progress(int step) {
        return new TrainingProgress(TrainingProgress.Phase.TRAINING, 1, 3, step, 3, 2.3, 0.1 * step, 100, Duration.ofSeconds(1));
    }

    private static String image(String html) {
        return html.substring(html.indexOf(IMAGE));
    }

    @Test
    void anInterruptIsHeardWhileTheChartIsDrawn() throws Exception {
        Steps steps = new Steps();
        Semaphore drawing = new Semaphore(0);
        Semaphore drawn = new Semaphore(0);
        LiveChart slow = new LiveChart(CONFIG, true) {
            @Override
            NotebookOutput.Content at(TrainingHistory.Moment moment) {
                drawing.release();
                drawn.acquireUninterruptibly();
                Thread.interrupted(); // as Java's own drawing does
                return super.at(moment);
            }
        };
        Cell<Optional<TrainingOutcome>> cell = new Cell<>(() -> LiveTraining.train(trainer(steps.engine), run("run"), (first, images, logits) -> {}, output, slow));
        drawing.acquire();
        cell.thread.interrupt();
        drawn.release(1_000);

        assertEquals(Optional.empty(), cell.result.get(60, TimeUnit.SECONDS), "the cell ends, the step does not");
        steps.allowed.release(100);
        assertInstanceOf(TrainingOutcome.Finished.class, trainOnceStopped(steps.engine));
    }

    @Test
    void whileTheLastStepIsEndedAnotherRunIsRefused() throws Exception {
        Steps steps = new Steps();
        Cell<Optional<TrainingOutcome>> cell = new Cell<>(() -> train(trainer(steps.engine), "run"));
        steps.begun.acquire();

        assertEquals(Optional.empty(), cell.interrupt(), "the cell ends, the step does not");
        assertTrue(output.texts().getLast().contains("stopping"), output.texts().getLast());
        UserError refused = assertThrows(UserError.class, () -> train(trainer(steps.engine), "run"));
        assertTrue(refused.getMessage().contains("Run this cell again in a few seconds"), refused.getMessage());

        steps.allowed.release(100);
        assertInstanceOf(TrainingOutcome.Finished.class, trainOnceStopped(steps.engine));
    }

    private TrainingOutcome trainOnceStopped(Engine engine) throws InterruptedException {
        while (true) {
            try {
                Optional<TrainingOutcome> outcome = train(trainer(engine), "run");
                if (outcome.isPresent()) return outcome.get();
            } catch (UserError stillStopping) {
                Thread.sleep(20);
            }
        }
    }

    @Test
    void aRunThatIsTrainedCannotBeTrainedTwice() throws Exception {
        Steps steps = new Steps();
        Cell<Optional<TrainingOutcome>> cell = new Cell<>(() -> train(trainer(steps.engine), "run"));
        steps.begun.acquire();

        UserError refused = assertThrows(UserError.class, () -> train(trainer(steps.engine), "run"));

        assertTrue(refused.getMessage().contains("trains this run already"), refused.getMessage());
        steps.allowed.release(100);
        assertInstanceOf(TrainingOutcome.Finished.class, cell.result.get(60, TimeUnit.SECONDS).orElseThrow());
    }

    @Test
    void whatTheTrainerRefusesTheCellRefuses() throws Exception {
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(folder.resolve("run").resolve("other"), "");

        UserError refused = assertThrows(UserError.class, () -> train(trainer(new ReferenceEngine()), "run"));

        assertTrue(refused.getMessage().contains("holds no run"), refused.getMessage());
        assertFalse(Files.exists(folder.resolve("run").resolve(TrainingThread.LOG)));
    }
}
