package onebit.train;

import static onebit.train.TinyTraining.config;
import static onebit.train.TinyTraining.figures;
import static onebit.train.TinyTraining.trainer;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import onebit.data.ShiftFlipCutout;
import onebit.data.TrainingEpoch;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.reference.ReferenceEngine;
import onebit.run.Checkpoint;
import onebit.run.EpochMetrics;
import onebit.run.Provenance;
import onebit.run.RunFolder;
import onebit.run.RunJournal;
import onebit.run.Software;
import onebit.run.UserError;
import onebit.testing.ChangedReference;
import onebit.train.TrainingProgress.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {

    @TempDir
    Path temp;

    private RunFolder folder(String name) {
        return new RunFolder(temp.resolve(name));
    }

    @Test
    void doesTheStepsOfTheMethodInOrder() {
        TrainingConfig config = config("cifar10-full-bn");
        trainer(config).train(folder("run"), false, TrainingListener.NONE);

        var data = TinyTraining.dataset();
        Graph graph = config.graph(data.shape(), data.classes());
        List<EpochMetrics> expected = new ArrayList<>();
        try (Network network = new ReferenceEngine().network(graph, NetworkOptions.training(Precision.FLOAT64).withBatchSize(5))) {
            network.load(InitialWeights.state(graph, 7));
            for (int epoch = 1; epoch <= 3; epoch++) {
                var images = new TrainingEpoch(data.train(), new ShiftFlipCutout(), 7, epoch, 5);
                double loss = 0;
                int correct = 0;
                for (int step = 0; step < 6; step++) {
                    StepResult result = network.train(images.batch(step), new WarmRestartSchedule().rate(epoch, step, 6));
                    loss += result.loss();
                    correct += result.correct();
                }
                double squares = 0;
                for (var conv : graph.convolutions())
                    for (float w : network.state().get(conv.name() + ".weight").values()) squares += (double) w * w;
                Evaluation test = Evaluation.of(network, data.test(), Optional.empty(), Evaluation.Observer.NONE).orElseThrow();
                expected.add(new EpochMetrics(epoch, new WarmRestartSchedule().rateAtEnd(epoch, 6), loss / 6, 2.5e-4 * squares, correct / 30.0,
                    test.loss(), test.accuracy(), 0, 0, 0));
            }
            assertEquals(expected, figures(folder("run").metrics()));
            assertEquals(network.state().get("last.conv.weight"), folder("run").model().state().get("last.conv.weight"));
        }
    }

    @Test
    void takesAsManyThreadsAsAskedAndGoesOnWithAnotherNumber() {
        List<Integer> threads = new ArrayList<>();
        Engine engine = new ChangedReference(options -> {
            threads.add(options.threads());
            return options;
        }, UnaryOperator.identity());
        TrainingConfig config = config("cifar10-1bit-bn");

        assertInstanceOf(TrainingOutcome.Stopped.class, new Trainer(config, TinyTraining.dataset(), engine, 3).train(folder("run"), false, new StopAfter(4)));
        assertInstanceOf(TrainingOutcome.Finished.class, new Trainer(config, TinyTraining.dataset(), engine, 1).train(folder("run"), true, TrainingListener.NONE));

        assertEquals(List.of(3, 1), threads);
    }

    @Test
    void goesOnByTheAlgorithmThatTheRunWasBegunWithAndRefusesAnother() {
        List<ConvolutionAlgorithm> algorithms = new ArrayList<>();
        Engine engine = new ChangedReference(options -> {
            algorithms.add(options.algorithm());
            return options;
        }, UnaryOperator.identity());
        TrainingConfig open = config("cifar10-1bit-bn"), direct = open.withAlgorithm(ConvolutionAlgorithm.DIRECT);
        trainer(direct, engine).train(folder("run"), false, new StopAfter(2));

        String message = assertThrows(UserError.class, () -> trainer(open.withAlgorithm(ConvolutionAlgorithm.WINOGRAD), engine)
            .train(folder("run"), true, TrainingListener.NONE)).getMessage();
        assertTrue(message.contains("was begun with other settings: algorithm is direct, not winograd."), message);
        trainer(open, engine).train(folder("run"), true, new StopAfter(2));

        assertEquals(List.of(ConvolutionAlgorithm.DIRECT, ConvolutionAlgorithm.DIRECT), algorithms);
        assertEquals(direct, folder("run").config());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar10-full-bn", "cifar10-1bit-bn", "cifar10-full-srelu", "cifar10-1bit-srelu"})
    void stoppedAtRandomMomentsAndResumedEndsWithTheSameBits(String row) throws IOException {
        TrainingConfig config = config(row);
        trainer(config).train(folder("whole"), false, TrainingListener.NONE);

        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        List<Integer> stops = new ArrayList<>();
        TrainingOutcome outcome;
        do {
            stops.add(random.nextInt(7));
            outcome = trainer(config).train(folder("stopped"), true, new StopAfter(stops.getLast()));
        } while (outcome instanceof TrainingOutcome.Stopped);

        String how = "stopped after " + stops;
        assertEquals(figures(folder("whole").metrics()), figures(folder("stopped").metrics()), how);
        assertArrayEquals(Files.readAllBytes(temp.resolve("whole/model.safetensors")), Files.readAllBytes(temp.resolve("stopped/model.safetensors")), how);
        assertEquals(stops.size(), folder("stopped").provenance().orElseThrow().sessions().size());
    }

    @Test
    void aStopIsSavedToTheStep() {
        TrainingConfig config = config("cifar10-1bit-bn");
        var stopped = assertInstanceOf(TrainingOutcome.Stopped.class, trainer(config).train(folder("run"), false, new StopAfter(4)));
        assertEquals(List.of(1, 4), List.of(stopped.at().epoch(), stopped.at().step()));
        assertEquals(stopped.at(), folder("run").checkpoint().orElseThrow().progress());
        String message = assertThrows(UserError.class, () -> folder("run").model()).getMessage();
        assertTrue(message.contains("not finished (0 of 3 epochs)") && message.contains("--resume"), message);
    }

    @Test
    void aStopInAnEvaluationRepeatsTheEvaluationOnly() {
        TrainingConfig config = config("cifar10-1bit-bn");
        trainer(config).train(folder("run"), false, new StopAfter(TinyTraining.STEPS + 1));
        List<TrainingProgress> seen = new ArrayList<>();
        trainer(config).train(folder("run"), true, new TrainingListener() {
            @Override
            public void batch(TrainingProgress progress) {
                seen.add(progress);
            }

            @Override
            public boolean stopRequested() {
                return !seen.isEmpty();
            }
        });
        assertEquals(List.of(Phase.EVALUATION, 1, 1), List.of(seen.getFirst().phase(), seen.getFirst().epoch(), seen.getFirst().step()));
    }

    @Test
    void anInterruptStopsAndSavesLikeARequest() {
        TrainingConfig config = config("cifar10-1bit-bn");
        TrainingOutcome outcome = trainer(config).train(folder("run"), false, new TrainingListener() {
            @Override
            public void batch(TrainingProgress progress) {
                if (progress.step() == 2) Thread.currentThread().interrupt();
            }
        });
        assertTrue(Thread.interrupted(), "the caller must see the interrupt");
        assertEquals(2, assertInstanceOf(TrainingOutcome.Stopped.class, outcome).at().step());
        assertEquals(2, folder("run").checkpoint().orElseThrow().progress().step());
    }

    @Test
    void tellsEveryBatchOfTrainingAndEvaluation() {
        List<TrainingProgress> seen = new ArrayList<>();
        List<Integer> epochs = new ArrayList<>();
        trainer(config("cifar10-full-srelu").withEpochs(2)).train(folder("run"), false, new TrainingListener() {
            @Override
            public void batch(TrainingProgress progress) {
                seen.add(progress);
            }

            @Override
            public void epoch(EpochMetrics metrics) {
                epochs.add(metrics.epoch());
                assertEquals(metrics, folder("run").metrics().getLast(), "reported before it was saved");
            }
        });
        assertEquals(List.of(1, 2), epochs);
        assertEquals(2 * (6 + 3), seen.size());
        TrainingProgress last = seen.getLast(), sixth = seen.get(5);
        assertEquals(List.of(Phase.TRAINING, 1, 2, 6, 6), List.of(sixth.phase(), sixth.epoch(), sixth.epochs(), sixth.step(), sixth.steps()));
        assertEquals(List.of(Phase.EVALUATION, 2, 2, 3, 3), List.of(last.phase(), last.epoch(), last.epochs(), last.step(), last.steps()));
        assertEquals(0, last.remaining().toMillis());
        assertTrue(sixth.remaining().isPositive() && sixth.imagesPerSecond() > 0);
        assertEquals(folder("run").metrics().getFirst().trainLoss(), sixth.loss());
        assertEquals(folder("run").metrics().getLast().testAccuracy(), last.accuracy());
    }

    @Test
    void aFinishedRunIsLeftAsItIs() throws IOException {
        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(1);
        var first = assertInstanceOf(TrainingOutcome.Finished.class, trainer(config).train(folder("run"), true, TrainingListener.NONE));
        byte[] provenance = Files.readAllBytes(temp.resolve("run/provenance.json"));
        var second = assertInstanceOf(TrainingOutcome.Finished.class, trainer(config).train(folder("run"), true, TrainingListener.NONE));
        assertFalse(first.before());
        assertTrue(second.before());
        assertEquals(first.result(), second.result());
        assertArrayEquals(provenance, Files.readAllBytes(temp.resolve("run/provenance.json")));
    }

    @Test
    void aFinishedRunIsShownWhileAnotherProcessIsAtItsFolderAndWhereItCannotBeWritten() throws IOException {
        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(1);
        var first = assertInstanceOf(TrainingOutcome.Finished.class, trainer(config).train(folder("run"), true, TrainingListener.NONE));
        var before = new TrainingOutcome.Finished(first.result(), first.epochs(), true);
        try (RunJournal _ = folder("run").begin(config, true)) {
            assertEquals(Optional.of(before), Trainer.finished(config, folder("run")));
            assertEquals(before, trainer(config).train(folder("run"), true, TrainingListener.NONE));
        }
        Path lock = temp.resolve("run/.lock");
        Files.delete(lock);
        assertEquals(Optional.of(before), Trainer.finished(config, folder("run")));
        assertFalse(Files.exists(lock), "nothing is written");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void killedBetweenTheLastCheckpointAndItsMetricsARunEndsWithAllOfThem(int epochs) throws IOException {
        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(epochs);
        killedAtTheLastCheckpoint(config);
        List<EpochMetrics> trained = folder("run").checkpoint().orElseThrow().progress().epochs();
        assertEquals(epochs, trained.size());
        if (epochs == 1) Files.delete(temp.resolve("run/metrics.csv"));
        else {
            List<String> lines = Files.readAllLines(temp.resolve("run/metrics.csv"));
            Files.write(temp.resolve("run/metrics.csv"), lines.subList(0, lines.size() - 1));
        }
        Files.delete(temp.resolve("run/provenance.json"));

        trainer(config).train(folder("run"), true, TrainingListener.NONE);

        assertEquals(trained, folder("run").metrics());
        assertTrue(folder("run").isFinished());
        assertEquals(Optional.empty(), folder("run").checkpoint());
        assertEquals(List.of("the end of epoch " + epochs), folder("run").provenance().orElseThrow().sessions().stream().map(s -> s.to()).toList(),
            "a session that trains nothing is none");
    }

    /** Trains a run whose process ends before the last epoch is reported. */
    private void killedAtTheLastCheckpoint(TrainingConfig config) {
        assertThrows(IllegalStateException.class, () -> trainer(config).train(folder("run"), false, new TrainingListener() {
            @Override
            public void epoch(EpochMetrics metrics) {
                if (metrics.epoch() == config.epochs()) throw new IllegalStateException("killed");
            }
        }));
    }

    @Test
    void theModelScoresWhatTheRunReported() {
        for (String row : List.of("cifar10-full-bn", "cifar10-1bit-bn")) {
            trainer(config(row).withEpochs(1)).train(folder(row), false, TrainingListener.NONE);
            EpochMetrics last = folder(row).metrics().getLast();
            var options = NetworkOptions.inference(Precision.FLOAT64).withBatchSize(5);
            float[] logits = new float[13 * 10];
            Evaluation evaluation = Evaluation.of(folder(row).model(), TinyTraining.dataset().test(), new ReferenceEngine(), options,
                Optional.of((first, images, values) -> System.arraycopy(values, 0, logits, 10 * first, 10 * images)), Evaluation.Observer.NONE).orElseThrow();
            assertEquals(last.testLoss(), evaluation.loss());
            assertEquals(last.testAccuracy(), evaluation.accuracy());
            assertEquals(folder(row).result().orElseThrow().correct(), evaluation.correct());
            assertEquals(evaluation.correct(), right(logits));
        }
    }

    private static int right(float[] logits) {
        int right = 0;
        for (int image = 0; image < 13; image++) {
            int best = 0;
            for (int c = 1; c < 10; c++) if (logits[10 * image + c] > logits[10 * image + best]) best = c;
            if (best == TinyTraining.dataset().test().label(image)) right++;
        }
        return right;
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndKeepsTheLastGoodCheckpoint() {
        TrainingConfig config = config("cifar10-full-bn");
        var failing = DivergingNetwork.engine(8, false);
        String message = assertThrows(UserError.class, () -> trainer(config, failing).train(folder("run"), false, TrainingListener.NONE)).getMessage();
        assertTrue(message.contains("the loss is NaN") && message.contains("epoch 2 of 3, 2 of 6 steps done"), message);
        Checkpoint kept = folder("run").checkpoint().orElseThrow();
        assertEquals(List.of(2, 2), List.of(kept.progress().epoch(), kept.progress().step()));
    }

    @Test
    void parametersThatAreNoNumbersAreNeverSaved() {
        TrainingConfig config = config("cifar10-full-bn");
        var failing = DivergingNetwork.engine(3, true);
        String message = assertThrows(UserError.class, () -> trainer(config, failing).train(folder("run"), false, TrainingListener.NONE)).getMessage();
        assertTrue(message.contains("'conv0.weight' has the value NaN"), message);
        Checkpoint kept = folder("run").checkpoint().orElseThrow();
        assertEquals(3, kept.progress().step());
        NamedTensors state = kept.state();
        for (String name : state.names()) for (float value : state.get(name).values()) assertTrue(Float.isFinite(value), name);
    }

    @Test
    void fewerImagesThanABatchAreRefused() {
        String message = assertThrows(UserError.class, () -> trainer(config("cifar10-full-bn").withLimits(4, 0))).getMessage();
        assertTrue(message.contains("4 training images do not fill one batch of 5"), message);
    }

    @Test
    void limitsTakeTheFirstImages() {
        trainer(config("cifar10-1bit-bn").withLimits(11, 6).withEpochs(1)).train(folder("run"), false, TrainingListener.NONE);
        assertEquals(10, folder("run").result().orElseThrow().trainImages());
        assertEquals(6, folder("run").result().orElseThrow().images());
    }

    @Test
    void aPrecisionThatTheEngineLacksIsASentence() {
        TrainingConfig config = TrainingConfig.of(Row.of("cifar10-full-bn"), Profile.QUICK, "reference", Precision.BF16).withDepth(8).withBatchSize(5);
        String message = assertThrows(UserError.class, () -> trainer(config).train(folder("run"), false, TrainingListener.NONE)).getMessage();
        assertTrue(message.contains("bf16"), message);
    }

    @Test
    void aRunWhoseNetworkCouldNotBeMadeIsNoObstacleToTheNext() {
        Engine small = new ChangedReference(_ -> {
            throw new OutOfMemoryError("of the test");
        });
        assertThrows(OutOfMemoryError.class, () -> trainer(config("cifar10-1bit-bn").withWidth(2), small).train(folder("run"), false, TrainingListener.NONE));
        assertTrue(folder("run").holdsRun());

        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(1);
        assertInstanceOf(TrainingOutcome.Finished.class, trainer(config).train(folder("run"), false, TrainingListener.NONE));
        assertEquals(config, folder("run").config());
    }

    @Test
    void withinAnEpochItSavesWhenTheIntervalIsOverAndNotBefore() {
        assertEquals(List.of(0, 0, 0, 0, 0, 0), savedSteps(folder("seldom"), Duration.ofHours(1)));
        assertEquals(2, savedSteps(folder("often"), Duration.ofSeconds(2)).get(2));
    }

    /** After each step of an epoch, of which the second takes more than two seconds, how many steps the folder's checkpoint has. */
    private static List<Integer> savedSteps(RunFolder folder, Duration interval) {
        List<Integer> saved = new ArrayList<>();
        Trainer trainer = new Trainer(config("cifar10-1bit-bn").withEpochs(1), TinyTraining.dataset(), new ReferenceEngine(), 1, interval);
        trainer.train(folder, false, new TrainingListener() {
            @Override
            public void batch(TrainingProgress progress) {
                if (progress.phase() != Phase.TRAINING) return;
                saved.add(folder.checkpoint().map(c -> c.progress().step()).orElse(0));
                if (saved.size() == 2) LockSupport.parkNanos(Duration.ofMillis(2100).toNanos());
            }
        });
        return saved;
    }

    @Test
    void recordsHowTheFiguresCameAbout() {
        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(1);
        trainer(config).train(folder("run"), false, new StopAfter(2));
        trainer(config).train(folder("run"), true, TrainingListener.NONE);
        var provenance = folder("run").provenance().orElseThrow();
        Graph graph = config.graph(TinyTraining.dataset().shape(), 10);
        assertEquals(6.0 * graph.multiplyAccumulates() * 30 / 1e15, provenance.pflops());
        assertEquals(7, provenance.seed());
        assertEquals(Map.of("data_batch_1.bin", "MD5 5dd7e06a14cb22eb9f671a540d1b7c25"), provenance.data());
        assertEquals(List.of(Software.running(), Software.running()), provenance.sessions().stream().map(Provenance.Session::software).toList());
        assertEquals(2, provenance.sessions().size());
        assertEquals("epoch 1 of 1, 2 of 6 steps done", provenance.sessions().getFirst().to());
        assertEquals("epoch 1 of 1, 2 of 6 steps done", provenance.sessions().getLast().from());
        assertEquals("the end of epoch 1", provenance.sessions().getLast().to());
        assertTrue(provenance.sessions().getLast().network().contains("float64"));
        assertEquals(provenance.seconds(), provenance.sessions().stream().mapToDouble(s -> s.seconds()).sum());
        assertTrue(provenance.sessions().getFirst().machine().cores() >= 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "former", "damaged"})
    void aSessionWhoseProvenanceAKillKeptFromItsFileIsNotLost(String file) throws IOException {
        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(1);
        Path provenance = temp.resolve("run/provenance.json");
        trainer(config).train(folder("run"), false, new StopAfter(2));
        byte[] former = Files.readAllBytes(provenance);
        trainer(config).train(folder("run"), true, new StopAfter(1));
        switch (file) {
            case "missing" -> Files.delete(provenance);
            case "former" -> Files.write(provenance, former);
            default -> Files.writeString(provenance, "{");
        }

        trainer(config).train(folder("run"), true, TrainingListener.NONE);

        assertEquals(List.of("0 of 6", "2 of 6", "3 of 6"), starts(folder("run")));
    }

    @Test
    void aCheckpointFromBeforeItHadTheProvenanceGoesOnWithThatOfTheFile() throws IOException {
        TrainingConfig config = config("cifar10-1bit-bn").withEpochs(1);
        trainer(config).train(folder("run"), false, new StopAfter(2));
        Checkpoint checkpoint = folder("run").checkpoint().orElseThrow();
        try (RunJournal journal = folder("run").begin(config, true)) {
            journal.save(new Checkpoint(checkpoint.progress(), Optional.empty(), checkpoint.state()));
        }
        Path file = temp.resolve("run/provenance.json");
        String provenance = Files.readString(file);
        Files.writeString(file, "{");
        String message = assertThrows(UserError.class, () -> trainer(config).train(folder("run"), true, TrainingListener.NONE)).getMessage();
        assertTrue(message.contains(file.toString()) && message.contains("or delete it: the run then goes on"), message);

        Files.writeString(file, provenance);
        trainer(config).train(folder("run"), true, TrainingListener.NONE);

        assertEquals(List.of("0 of 6", "2 of 6"), starts(folder("run")));
    }

    /** Steps done when each session of a run of one epoch began. */
    private static List<String> starts(RunFolder run) {
        return run.provenance().orElseThrow().sessions().stream().map(s -> s.from().replaceAll("epoch 1 of 1, (.*) steps done", "$1")).toList();
    }
}
