package onebit.kit;

import java.util.OptionalInt;
import onebit.data.CifarSet;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Device;
import onebit.engine.Execution;
import onebit.engine.Precision;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;

/**
 * A run of a row that somebody asked for: a profile, and what is said otherwise. Made into a {@link TrainingConfig} when the
 * engine is known.
 *
 * @param depth      as all that may be empty: the profile's if it is
 * @param trainLimit training images, from the first on
 * @param testLimit  test images, from the first on
 * @param engine     as it was asked for; may be {@code auto}
 * @param device     as it was asked for
 * @param precision  as it was asked for; may be {@code auto}
 */
public record RowRun(Row row, Profile profile, OptionalInt depth, OptionalInt width, OptionalInt epochs, OptionalInt trainLimit, OptionalInt testLimit,
                     long seed, String engine, Device device, String precision, ConvolutionAlgorithm algorithm) {

    /** What is left to the engine or the precision. */
    public static final String AUTO = "auto";

    /** A row as the profile has it. */
    public static RowRun of(Row row, Profile profile, long seed, String engine, Device device, String precision) {
        OptionalInt profiles = OptionalInt.empty();
        return new RowRun(row, profile, profiles, profiles, profiles, profiles, profiles, seed, engine, device, precision, ConvolutionAlgorithm.AUTO);
    }

    /** @throws onebit.run.UserError if a setting is out of its range */
    public TrainingConfig config(Execution chosen) {
        TrainingConfig of = TrainingConfig.of(row, profile, chosen.engine(), chosen.precision());
        TrainingConfig config = new TrainingConfig(of.row(), of.dataset(), depth.orElse(of.depth()), width.orElse(of.width()), epochs.orElse(of.epochs()), of.batchSize(),
            seed, chosen.engine(), chosen.device(), chosen.precision(), algorithm, trainLimit.orElse(of.trainLimit()), testLimit.orElse(of.testLimit()));
        CifarSet images = CifarSet.named(config.dataset());
        config.requireLimits(images.trainingImages(), images.test().images());
        if (config.trainLimit() > 0) config.requireBatch(config.trainLimit());
        return config;
    }

    /**
     * The same before an engine is chosen.
     *
     * @throws onebit.run.UserError if a setting is out of its range
     */
    public TrainingConfig config() {
        return config(new Execution(AUTO, device, Precision.FLOAT32));
    }

    /**
     * Name of the run's folder where none is given: the row, the profile or what differs from it, what was asked of the
     * engine, and the seed.
     */
    public String folderName() {
        StringBuilder name = new StringBuilder(row.id()).append('-').append(profile.label());
        depth.ifPresent(n -> name.append("-depth").append(n));
        width.ifPresent(n -> name.append("-width").append(n));
        epochs.ifPresent(n -> name.append("-epochs").append(n));
        trainLimit.ifPresent(n -> name.append("-train").append(n));
        testLimit.ifPresent(n -> name.append("-test").append(n));
        if (!engine.equals(AUTO)) name.append('-').append(engine);
        if (device != Device.CPU) name.append('-').append(device.label());
        if (!precision.equals(AUTO)) name.append('-').append(precision);
        if (algorithm != ConvolutionAlgorithm.AUTO) name.append('-').append(algorithm.label());
        return name.append("-seed").append(seed).toString();
    }
}
