package onebit.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import onebit.data.Checksum;
import onebit.data.Dataset;
import onebit.data.GeneratedDataset;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Shape;
import onebit.reference.ReferenceEngine;
import onebit.run.EpochMetrics;
import onebit.run.RunFolder;
import onebit.run.UserError;

/**
 * A run small enough for the float64 reference, on any engine: 8 layers, width 1, 4x4 images, 3 epochs of 6 steps of 5 images; 2 images
 * more than fill the batches, and a last test batch of 3.
 */
public final class TinyTraining {

    static final int STEPS = 6;
    /** Said, as an engine would take one for so few images: sums of several workers are to go on bit for bit. */
    private static final int THREADS = 2;

    /** Of files that there might be. */
    static final Map<String, Checksum> CHECKSUMS = Map.of("data_batch_1.bin", new Checksum(Checksum.Algorithm.MD5, "5dd7e06a14cb22eb9f671a540d1b7c25"));

    private TinyTraining() {}

    static TrainingConfig config(String row) {
        return config(row, "reference", Precision.FLOAT64);
    }

    public static TrainingConfig config(String row, String engine, Precision precision) {
        return TrainingConfig.of(Row.of(row), Profile.QUICK, engine, precision).withDepth(8).withEpochs(3).withBatchSize(5).withSeed(7);
    }

    /** Made up, under the name of the rows' data set. */
    static Dataset dataset() {
        Dataset made = GeneratedDataset.of(new Shape(3, 4, 4), 10, 32, 13, 1);
        return new Dataset("cifar10", made.title(), made.classNames(), made.train(), made.test(), CHECKSUMS, made.source());
    }

    /** Saves after every step. */
    static Trainer trainer(TrainingConfig config) {
        return trainer(config, new ReferenceEngine());
    }

    public static Trainer trainer(TrainingConfig config, Engine engine) {
        return new Trainer(config, dataset(), engine, THREADS, Duration.ZERO);
    }

    /** Begins the run in the folder on this engine, or goes on with it. */
    public static TrainingOutcome train(RunFolder folder, String row, Engine engine, Precision precision, TrainingListener listener) {
        return trainer(config(row, engine.name(), precision), engine).train(folder, true, listener);
    }

    /** A state as it comes back from a network of the row that has taken it. */
    public static NamedTensors passedThrough(String row, Engine engine, Precision precision, NamedTensors state) {
        TrainingConfig config = config(row, engine.name(), precision);
        Dataset data = dataset();
        Graph graph = config.graph(data.shape(), data.classes());
        try (Network network = engine.network(graph, NetworkOptions.training(precision).withBatchSize(config.batchSize()))) {
            network.load(state);
            return network.state();
        }
    }

    static List<EpochMetrics> figures(List<EpochMetrics> epochs) {
        return epochs.stream().map(EpochMetrics::withoutTimes).toList();
    }

    /** A process that trains as {@link #inProcess} on an engine that the class path has: {@code FOLDER ROW ENGINE PRECISION}. */
    public static void main(String[] arguments) {
        inProcess(arguments, name -> ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get)
            .filter(e -> e.name().equals(name)).findFirst().orElseThrow());
    }

    /**
     * For processes that tests kill: goes on with what the folder holds, prints {@code step} after each step and {@code epoch N}
     * after each epoch, and ends with 0 when the run is finished, with 1 and a sentence if it fails.
     *
     * @param arguments folder, row, engine and precision
     * @param engines   the engine of a name
     */
    public static void inProcess(String[] arguments, Function<String, Engine> engines) {
        try {
            TrainingConfig config = config(arguments[1], arguments[2], Precision.of(arguments[3]));
            trainer(config, engines.apply(config.engine())).train(new RunFolder(Path.of(arguments[0])), true, new TrainingListener() {
                @Override
                public void batch(TrainingProgress progress) {
                    System.out.println("step");
                }

                @Override
                public void epoch(EpochMetrics metrics) {
                    System.out.println("epoch " + metrics.epoch());
                }
            });
        } catch (UserError e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }
}
