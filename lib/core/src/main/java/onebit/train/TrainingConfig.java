package onebit.train;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import onebit.data.Dataset;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Device;
import onebit.engine.Execution;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.run.Json;
import onebit.run.UserError;

/**
 * Everything that decides what a run computes, and by what it was begun; {@code config.json} in its folder. Two runs of the
 * same configuration with the same number of threads end bit for bit alike.
 *
 * @param row        id of the {@link Row}
 * @param dataset    the row's data set
 * @param depth      6n + 2
 * @param width      from 1 to {@link WideResNet#MAX_WIDTH}
 * @param epochs     1 or more
 * @param batchSize  images in a step; 125 in the paper
 * @param seed       of initial weights, order and augmentation
 * @param engine     name of the engine
 * @param device     where it computes; the CPU in configurations that were written before there was a choice
 * @param precision  arithmetic
 * @param algorithm  of convolutions
 * @param trainLimit training images used, from the first on; 0 for all
 * @param testLimit  test images used, from the first on; 0 for all
 */
public record TrainingConfig(String row, String dataset, int depth, int width, int epochs, int batchSize, long seed,
                             String engine, @JacksonInject(useInput = OptBoolean.TRUE) Device device, Precision precision,
                             ConvolutionAlgorithm algorithm, int trainLimit, int testLimit) {

    /** The paper's batch. */
    public static final int BATCH_SIZE = 125;

    /** @throws UserError if a setting is out of its range or the data set is not the row's */
    public TrainingConfig {
        Row known = Row.of(row);
        if (!known.dataset().equals(dataset)) throw new UserError("Row " + row + " trains on " + known.dataset() + ", not on " + dataset + ".");
        try {
            WideResNet.checkSize(depth, width);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        if (epochs < 1) throw new UserError("The number of epochs must be 1 or more, not " + epochs + ".");
        if (batchSize < 1) throw new UserError("The batch size must be 1 or more, not " + batchSize + ".");
        if (trainLimit < 0 || testLimit < 0)
            throw new UserError("A limit on the images must be 1 or more, or 0 for all, not " + Math.min(trainLimit, testLimit) + ".");
    }

    /** A row at a profile with seed 1, on the CPU, convolutions left to the engine. */
    public static TrainingConfig of(Row row, Profile profile, String engine, Precision precision) {
        return new TrainingConfig(row.id(), row.dataset(), Profile.DEPTH, profile.width(), profile.epochs(row), BATCH_SIZE, 1,
            engine, Device.CPU, precision, ConvolutionAlgorithm.AUTO, profile.trainLimit(), profile.testLimit());
    }

    /** The same settings for another row and its data set. */
    public TrainingConfig withRow(Row other) {
        return new TrainingConfig(other.id(), other.dataset(), depth, width, epochs, batchSize, seed, engine, device, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withDepth(int value) {
        return new TrainingConfig(row, dataset, value, width, epochs, batchSize, seed, engine, device, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withWidth(int value) {
        return new TrainingConfig(row, dataset, depth, value, epochs, batchSize, seed, engine, device, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withEpochs(int value) {
        return new TrainingConfig(row, dataset, depth, width, value, batchSize, seed, engine, device, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withBatchSize(int value) {
        return new TrainingConfig(row, dataset, depth, width, epochs, value, seed, engine, device, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withSeed(long value) {
        return new TrainingConfig(row, dataset, depth, width, epochs, batchSize, value, engine, device, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withDevice(Device value) {
        return new TrainingConfig(row, dataset, depth, width, epochs, batchSize, seed, engine, value, precision, algorithm, trainLimit, testLimit);
    }

    public TrainingConfig withExecution(Execution value) {
        return new TrainingConfig(row, dataset, depth, width, epochs, batchSize, seed, value.engine(), value.device(), value.precision(), algorithm, trainLimit, testLimit);
    }

    /** The same, computed by the same engine on the same device with the same precision as another, and by its algorithm if it asks for none. */
    private TrainingConfig executedAs(TrainingConfig other) {
        return withExecution(other.execution()).withAlgorithm(algorithm == ConvolutionAlgorithm.AUTO ? other.algorithm : algorithm);
    }

    public TrainingConfig withAlgorithm(ConvolutionAlgorithm value) {
        return new TrainingConfig(row, dataset, depth, width, epochs, batchSize, seed, engine, device, precision, value, trainLimit, testLimit);
    }

    /** Only the first so many images of each part; 0 for all. */
    public TrainingConfig withLimits(int train, int test) {
        return new TrainingConfig(row, dataset, depth, width, epochs, batchSize, seed, engine, device, precision, algorithm, train, test);
    }

    /** The network, for images of that shape and so many classes. */
    public Graph graph(Shape image, int classes) {
        return WideResNet.graph(Row.of(row).network(depth, width, image, classes));
    }

    /**
     * The part of a data set that this run uses.
     *
     * @throws UserError if it has fewer images than a limit, or not one full batch of training images
     */
    public Dataset part(Dataset data) {
        requireLimits(data.train().count(), data.test().count());
        Dataset part = data.limitedTo(trainLimit == 0 ? data.train().count() : trainLimit, testLimit == 0 ? data.test().count() : testLimit);
        requireBatch(part.train().count());
        return part;
    }

    /**
     * A run that says of itself that it used more images than there are would not be comparable with those that say all.
     *
     * @throws UserError if so many images are fewer than a limit
     */
    public void requireLimits(int trainingImages, int testImages) {
        requireLimit(trainLimit, trainingImages, "training", "--train-limit");
        requireLimit(testLimit, testImages, "test", "--test-limit");
    }

    private static void requireLimit(int limit, int images, String which, String option) {
        if (limit > images)
            throw new UserError("The limit of " + limit + " is above the number of " + which + " images, " + images + "; leave out " + option + " for all of them.");
    }

    /** @throws UserError if so many training images are not one full batch */
    public void requireBatch(int images) {
        if (images < batchSize)
            throw new UserError(images + " training images do not fill one batch of " + batchSize + "; take at least " + batchSize + " (--train-limit).");
    }

    /** How an engine is to make the network for training. */
    public NetworkOptions options() {
        return NetworkOptions.training(precision).withDevice(device).withBatchSize(batchSize).withAlgorithm(algorithm);
    }

    public LearningRateSchedule schedule() {
        return Row.of(row).schedule(epochs);
    }

    /** By what it is computed. */
    public Execution execution() {
        return new Execution(engine, device, precision);
    }

    /**
     * What another configuration computes otherwise, a phrase a setting, in the names of {@code config.json}:
     * {@code width is 4, not 1}; empty if it is the same. Engine, device and precision may differ: with others a run goes on,
     * only not with the same last digits, and its sessions say so. Of its algorithm they say nothing: a run keeps that which it was
     * begun with, and another may only leave the choice open, as {@code auto}.
     */
    public List<String> differences(TrainingConfig other) {
        JsonNode mine = Json.tree(this), theirs = Json.tree(other.executedAs(this));
        List<String> differences = new ArrayList<>();
        mine.properties().forEach(setting -> {
            JsonNode value = theirs.get(setting.getKey());
            if (!setting.getValue().equals(value))
                differences.add(setting.getKey() + " is " + setting.getValue().asText() + ", not " + value.asText());
        });
        return differences;
    }
}
