package onebit.kit.command;

import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Precision;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import picocli.CommandLine.Option;

/** A row's settings: a profile's, and what is said otherwise. */
final class RunSettings {

    @Option(names = "--profile", paramLabel = "PROFILE", defaultValue = "quick", completionCandidates = Names.Profiles.class,
        description = "${COMPLETION-CANDIDATES}: see 'onebit rows' (default: ${DEFAULT-VALUE}).")
    Profile profile;

    @Option(names = "--depth", paramLabel = "N", description = "6n + 2 (default: 20).")
    Integer depth;

    @Option(names = "--width", paramLabel = "N", description = "Factor on the channels (default: the profile's).")
    Integer width;

    @Option(names = "--epochs", paramLabel = "N", description = "Length (default: the profile's). Rows with batch norm are best stopped after 2, 6, 14, 30, 62, 126 or 254.")
    Integer epochs;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of initial weights, order and augmentation (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--train-limit", paramLabel = "N", description = "Train on the first N images only.")
    Integer trainLimit;

    @Option(names = "--test-limit", paramLabel = "N", description = "Test on the first N images only.")
    Integer testLimit;

    /** @throws onebit.run.UserError if a setting is out of its range */
    TrainingConfig config(Row row, String engine, Precision precision, ConvolutionAlgorithm algorithm) {
        TrainingConfig of = TrainingConfig.of(row, profile, engine, precision);
        return new TrainingConfig(of.row(), of.dataset(), or(depth, of.depth()), or(width, of.width()), or(epochs, of.epochs()), of.batchSize(),
            seed, engine, precision, algorithm, or(trainLimit, of.trainLimit()), or(testLimit, of.testLimit()));
    }

    private static int or(Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    /**
     * Name of the run's folder where none is given: the row, the profile or what differs from it, what was asked of the
     * engine, and the seed.
     */
    String folder(Row row, EngineOptions asked) {
        StringBuilder name = new StringBuilder(row.id()).append('-').append(profile.label());
        if (depth != null) name.append("-depth").append(depth);
        if (width != null) name.append("-width").append(width);
        if (epochs != null) name.append("-epochs").append(epochs);
        if (trainLimit != null) name.append("-train").append(trainLimit);
        if (testLimit != null) name.append("-test").append(testLimit);
        if (!asked.engine.equals("auto")) name.append('-').append(asked.engine);
        if (!asked.precision.equals("auto")) name.append('-').append(asked.precision);
        if (asked.algorithm != ConvolutionAlgorithm.AUTO) name.append('-').append(asked.algorithm.label());
        return name.append("-seed").append(seed).toString();
    }
}
