package onebit.train;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import onebit.data.Augmentation;
import onebit.data.ShiftFlipCutout;
import onebit.data.TestBatch;
import onebit.data.TrainingEpoch;
import onebit.engine.Network;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.run.Checkpoint;
import onebit.run.EpochMetrics;
import onebit.run.Machine;
import onebit.run.Provenance;
import onebit.run.RunJournal;
import onebit.run.RunResult;
import onebit.run.RunSession;
import onebit.run.Software;
import onebit.run.UserError;

/** The training loop of one call of {@link Trainer#train}, from the folder's checkpoint, or from initial weights, on. */
final class TrainingRun {

    /** Checkpoints within an epoch take at most this part of the time; large networks on slow disks save less often than asked. */
    private static final double CHECKPOINT_SHARE = 0.05;

    /** All rows have it. */
    private static final Augmentation AUGMENTATION = new ShiftFlipCutout();

    private final TrainingConfig config;
    private final Trainer trainer;
    private final Network network;
    private final Graph graph;
    private final RunJournal journal;
    private final TrainingListener listener;
    private final LearningRateSchedule schedule;
    private final int steps;
    private final int evaluationSteps;
    private final RunSession session;
    private final Pace trainingPace = new Pace();
    private final Pace evaluationPace = new Pace();

    // Where the run is: Checkpoint.Progress, field by field.
    private int epoch;
    private int step;
    private double lossSum;
    private long correct;
    private double seconds;
    private List<EpochMetrics> epochs;

    private Checkpoint.Progress saved;
    private Provenance savedProvenance;
    private long savedAt = System.nanoTime();
    /** What the last checkpoint within an epoch took, the network's state included. */
    private double savingSeconds;

    TrainingRun(Trainer trainer, Network network, RunJournal journal, TrainingListener listener) {
        this.trainer = trainer;
        this.config = trainer.config();
        this.network = network;
        this.graph = network.graph();
        this.journal = journal;
        this.listener = listener;
        schedule = config.schedule();
        steps = trainer.dataset().train().count() / config.batchSize();
        evaluationSteps = TestBatch.all(trainer.dataset().test(), config.batchSize()).size();
        Optional<Checkpoint> checkpoint = journal.folder().checkpoint();
        load(checkpoint);
        savedProvenance = checkpoint.flatMap(Checkpoint::provenance).or(this::storedProvenance).orElseGet(this::newProvenance);
        session = new RunSession(savedProvenance, Instant.now(), position(), config.execution().label(), network.description(), Software.running(), Machine.here());
    }

    private void load(Optional<Checkpoint> checkpoint) {
        saved = checkpoint.map(Checkpoint::progress).orElse(Checkpoint.Progress.start());
        try {
            network.load(checkpoint.map(Checkpoint::state).orElseGet(() -> InitialWeights.state(graph, config.seed())));
        } catch (IllegalArgumentException e) {
            throw new UserError("The checkpoint in " + journal.folder().path() + " is not of this run: " + e.getMessage()
                + " Begin the run again in an empty folder.", e);
        }
        epoch = saved.epoch();
        step = saved.step();
        lossSum = saved.lossSum();
        correct = saved.correct();
        seconds = saved.seconds();
        epochs = new ArrayList<>(saved.epochs());
    }

    TrainingOutcome run() {
        if (epoch <= config.epochs()) listener.started(network.description(), epoch, step);
        while (epoch <= config.epochs()) {
            if (!trainEpoch()) return stop();
            Optional<Evaluation> evaluation = evaluate();
            if (evaluation.isEmpty()) return stop();
            endEpoch(evaluation.get());
        }
        return finish();
    }

    /** The rest of an epoch's steps; false if asked to stop. */
    private boolean trainEpoch() {
        TrainingEpoch images = new TrainingEpoch(trainer.dataset().train(), AUGMENTATION, config.seed(), epoch, config.batchSize());
        while (step < steps) {
            if (mustStop()) return false;
            double rate = schedule.rate(epoch, step, steps);
            long start = System.nanoTime();
            StepResult result = network.train(images.batch(step), rate);
            double duration = secondsSince(start);
            checkFinite(result.loss(), "loss", rate);
            step++;
            lossSum += result.loss();
            correct += result.correct();
            seconds += duration;
            trainingPace.add(duration);
            listener.batch(progress(TrainingProgress.Phase.TRAINING, step, steps, lossSum / step, (double) correct / ((long) step * config.batchSize()), config.batchSize()));
            saveIfDue();
        }
        return true;
    }

    /** Tests the network as it is; empty if asked to stop. */
    private Optional<Evaluation> evaluate() {
        if (mustStop()) return Optional.empty();
        double[] before = {0};
        return Evaluation.of(network, trainer.dataset().test(), Optional.of(listener::tested), (soFar, batches, of) -> {
            evaluationPace.add(soFar.seconds() - before[0]);
            before[0] = soFar.seconds();
            listener.batch(progress(TrainingProgress.Phase.EVALUATION, batches, of, soFar.loss(), soFar.accuracy(), (double) soFar.images() / batches));
            return batches == of || !mustStop();
        });
    }

    private void endEpoch(Evaluation evaluation) {
        double rate = schedule.rateAtEnd(epoch, steps);
        checkFinite(evaluation.loss(), "test loss", rate);
        NamedTensors state = finiteState();
        long images = (long) steps * config.batchSize();
        EpochMetrics metrics = new EpochMetrics(epoch, rate, lossSum / steps, l2Penalty(state), (double) correct / images,
            evaluation.loss(), evaluation.accuracy(), thousandths(seconds), thousandths(evaluation.seconds()), thousandths(images / seconds));
        epochs.add(metrics);
        epoch++;
        step = 0;
        lossSum = 0;
        correct = 0;
        seconds = 0;
        save(state);
        listener.epoch(metrics);
    }

    private TrainingOutcome stop() {
        save(finiteState());
        return new TrainingOutcome.Stopped(saved);
    }

    private TrainingOutcome finish() {
        EpochMetrics last = epochs.getLast();
        int images = trainer.dataset().test().count(), right = (int) Math.round(last.testAccuracy() * images);
        RunResult result = new RunResult(config.row(), images, right, 100.0 * right / images, last.testLoss(), 100 * last.trainAccuracy(),
            last.trainLoss(), config.epochs(), steps * config.batchSize(), thousandths(epochs.stream().mapToDouble(EpochMetrics::seconds).sum()), pflops());
        journal.finish(epochs, savedProvenance, graph, network.state(), result);
        return new TrainingOutcome.Finished(result, List.copyOf(epochs), false);
    }

    private boolean mustStop() {
        return listener.stopRequested() || Thread.currentThread().isInterrupted();
    }

    private void checkFinite(double loss, String what, double rate) {
        if (!Double.isFinite(loss)) throw diverged("the " + what + " is " + loss + " at learning rate " + rate);
    }

    /** The network's state, with parameters that are numbers: an update may spoil them before any loss shows it. */
    private NamedTensors finiteState() {
        NamedTensors state = network.state();
        for (String name : state.names())
            for (float value : state.get(name).values())
                if (!Float.isFinite(value)) throw diverged("'" + name + "' has the value " + value);
        return state;
    }

    private UserError diverged(String how) {
        return new UserError("Training has diverged in " + position() + ": " + how + ". The folder keeps the last good state ("
            + position(saved.epoch(), saved.step()) + "). Try another seed, or float32.");
    }

    private double l2Penalty(NamedTensors state) {
        double sum = 0;
        for (Graph.Parameter parameter : graph.parameters())
            if (parameter.role() == Graph.Role.WEIGHT) for (float w : state.get(parameter.name()).values()) sum += (double) w * w;
        return network.options().weightDecay() / 2 * sum;
    }

    private void saveIfDue() {
        double elapsed = secondsSince(savedAt), interval = trainer.checkpointInterval().toMillis() / 1e3;
        if (interval > 0 && elapsed < Math.max(interval, savingSeconds / CHECKPOINT_SHARE)) return;
        long start = System.nanoTime();
        save(finiteState());
        savingSeconds = secondsSince(start);
    }

    private void save(NamedTensors state) {
        Checkpoint.Progress progress = new Checkpoint.Progress(epoch, step, lossSum, correct, seconds, epochs);
        Provenance provenance = session.until(position(), pflops());
        journal.save(new Checkpoint(progress, Optional.of(provenance), state));
        saved = progress;
        savedProvenance = provenance;
        savedAt = System.nanoTime();
    }

    /** Of a run whose checkpoint does not tell. */
    private Optional<Provenance> storedProvenance() {
        try {
            return journal.folder().provenance();
        } catch (UserError e) {
            throw new UserError(e.getMessage() + " Take another copy of it, or delete it: the run then goes on, and its results do not tell of the sessions before.", e);
        }
    }

    private Provenance newProvenance() {
        Map<String, String> checksums = new TreeMap<>();
        trainer.dataset().checksums().forEach((file, checksum) -> checksums.put(file, checksum.toString()));
        long weights = graph.convolutions().stream().mapToLong(c -> c.weights()).sum();
        return new Provenance(checksums, config.seed(), weights, 0, 0, List.of());
    }

    /** Of the training so far. */
    private double pflops() {
        return graph.trainingPflops(((epoch - 1.0) * steps + step) * config.batchSize());
    }

    private TrainingProgress progress(TrainingProgress.Phase phase, int done, int of, double loss, double accuracy, double imagesOfBatch) {
        Pace pace = phase == TrainingProgress.Phase.TRAINING ? trainingPace : evaluationPace;
        boolean testing = phase == TrainingProgress.Phase.EVALUATION;
        long evaluations = (long) (config.epochs() - epoch + 1) * evaluationSteps - (testing ? done : 0);
        long trainings = (long) (config.epochs() - epoch) * steps + (steps - step);
        double training = trainingPace.known() ? trainingPace.secondsPerBatch() : 3 * evaluationPace.secondsPerBatch();
        // Until the first evaluation has shown its pace: one forward pass where training makes about three.
        double evaluating = evaluationPace.known() ? evaluationPace.secondsPerBatch() : training / 3;
        return new TrainingProgress(phase, epoch, config.epochs(), done, of, loss, accuracy, imagesOfBatch / pace.secondsPerBatch(),
            Duration.ofMillis((long) (1e3 * (trainings * training + evaluations * evaluating))));
    }

    private String position() {
        return position(epoch, step);
    }

    private String position(int epoch, int step) {
        if (epoch > config.epochs()) return "the end of epoch " + config.epochs();
        return "epoch " + epoch + " of " + config.epochs() + ", " + step + " of " + steps + " steps done";
    }

    /** What a clock measured, without digits that mean nothing. */
    private static double thousandths(double measured) {
        return Math.round(measured * 1e3) / 1e3;
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }
}
