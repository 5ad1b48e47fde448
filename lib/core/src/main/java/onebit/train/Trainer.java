package onebit.train;

import java.time.Duration;
import java.util.Optional;
import onebit.data.Dataset;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.model.Graph;
import onebit.run.RunFolder;
import onebit.run.RunJournal;
import onebit.run.UserError;

/**
 * Trains a configuration on an engine and keeps all of it in a run folder. Stopped or killed at any moment, the run goes on
 * where it was saved last and ends, on the same engine with as many threads, with the same bits.
 *
 * <pre>{@code
 *   TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, engine.name(), Precision.FLOAT32);
 *   new Trainer(config, dataset, engine, 0).train(new RunFolder(path), false, TrainingListener.NONE);
 * }</pre>
 *
 * @param config             what to train
 * @param dataset            the whole data set; the configuration's limits are applied to it
 * @param engine             the configuration's
 * @param threads            compute threads; 0 leaves it to the engine. No part of the configuration: a run goes on with any number
 * @param checkpointInterval time between two checkpoints within an epoch, longer where that would take more than a twentieth of
 *                           the time; zero for one after every step. Each epoch ends with one too
 */
public record Trainer(TrainingConfig config, Dataset dataset, Engine engine, int threads, Duration checkpointInterval) {

    public Trainer {
        if (!dataset.name().equals(config.dataset()))
            throw new IllegalArgumentException("The run trains on " + config.dataset() + ", the data set given is " + dataset.name() + ".");
        if (!engine.name().equals(config.engine()))
            throw new IllegalArgumentException("The run is for engine " + config.engine() + ", the engine given is " + engine.name() + ".");
        dataset = config.part(dataset);
    }

    /** With a checkpoint a minute. */
    public Trainer(TrainingConfig config, Dataset dataset, Engine engine, int threads) {
        this(config, dataset, engine, threads, Duration.ofSeconds(60));
    }

    /**
     * A run that was finished before, for which neither data nor an engine are needed, nor that its folder can be written.
     *
     * @param config what it should have computed; by which engine, where and with which precision does not matter
     * @return empty if there is none, or none that is finished
     * @throws UserError as {@link RunFolder#check}, or if the result is damaged
     */
    public static Optional<TrainingOutcome.Finished> finished(TrainingConfig config, RunFolder folder) {
        folder.check(config, true);
        Optional<TrainingOutcome.Finished> finished = finished(folder);
        folder.deleteLeftCheckpoint();
        return finished;
    }

    private static Optional<TrainingOutcome.Finished> finished(RunFolder folder) {
        return folder.result().map(result -> new TrainingOutcome.Finished(result, folder.metrics(), true));
    }

    /**
     * Trains to the end, or until the listener or an interrupt asks to stop.
     *
     * @param resume whether to go on with a run that is in the folder already, by the algorithm that it was begun with; a finished
     *               one is left as it is
     * @throws UserError as {@link RunFolder#begin}; if the engine cannot do this; if the disk is full; or if the loss is no
     *                   longer finite: the last good checkpoint is then kept
     */
    public TrainingOutcome train(RunFolder folder, boolean resume, TrainingListener listener) {
        Optional<TrainingOutcome.Finished> before = resume ? finished(config, folder) : Optional.empty();
        if (before.isPresent()) return before.get();
        try (RunJournal journal = folder.begin(config, resume)) {
            Optional<TrainingOutcome.Finished> meanwhile = finished(folder); // by another process, until it let go of the folder
            if (meanwhile.isPresent()) return meanwhile.get();
            Graph graph = config.graph(dataset.shape(), dataset.classes());
            NetworkOptions options = config.options().withAlgorithm(folder.config().algorithm()).withThreads(threads);
            try (Network network = network(engine, graph, options)) {
                return new TrainingRun(this, network, journal, listener).run();
            }
        }
    }

    /** @throws UserError if the engine cannot do this */
    static Network network(Engine engine, Graph graph, NetworkOptions options) {
        try {
            return engine.network(graph, options);
        } catch (UnsupportedOperationException e) {
            throw new UserError("Engine " + engine.name() + " cannot do this: " + e.getMessage(), e);
        }
    }
}
