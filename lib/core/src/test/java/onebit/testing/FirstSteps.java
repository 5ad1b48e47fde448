package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import onebit.data.Dataset;
import onebit.data.GeneratedDataset;
import onebit.data.ShiftFlipCutout;
import onebit.data.TrainingEpoch;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.train.LearningRateSchedule;
import onebit.train.Row;

/**
 * The first 20 steps of a row, repeated on another engine, in float32: 20-1 on made-up 32x32 images in batches of 20, with the
 * row's learning rates.
 */
public final class FirstSteps {

    private static final int STEPS = 20, BATCH = 20, CLASSES_OF_CIFAR10 = 10, CLASSES_OF_CIFAR100 = 100;

    private FirstSteps() {}

    /** Ids of the rows, for parameterized tests. */
    public static Stream<String> rows() {
        return Row.ALL.stream().map(Row::id);
    }

    /** Fails if the losses or the updates of the two differ. */
    public static void assertAgree(String row, Engine trains, Engine follows) {
        List<ShadowedEngine.Step> steps = of(Row.of(row), trains, follows);
        assertEquals(STEPS, steps.size());
        for (ShadowedEngine.Step step : steps) assertTrue(step.lossError() < 1e-4 && step.worst() < 0.05 && step.momentum() < 0.01, steps.toString());
    }

    private static List<ShadowedEngine.Step> of(Row row, Engine trains, Engine follows) {
        int classes = row.dataset().equals("cifar10") ? CLASSES_OF_CIFAR10 : CLASSES_OF_CIFAR100;
        Shape shape = new Shape(3, 32, 32);
        Dataset images = GeneratedDataset.of(shape, classes, STEPS * BATCH, 1, 5);
        TrainingEpoch epoch = new TrainingEpoch(images.train(), new ShiftFlipCutout(), 1, 1, BATCH);
        Graph graph = WideResNet.graph(row.network(20, 1, shape, classes));
        LearningRateSchedule schedule = row.schedule(2);
        ShadowedEngine engine = new ShadowedEngine(trains, follows, ConvolutionAlgorithm.AUTO, 1);
        try (Network network = engine.network(graph, NetworkOptions.training(Precision.FLOAT32).withBatchSize(BATCH))) {
            network.load(InitialWeights.state(graph, 1));
            for (int step = 0; step < STEPS; step++) network.train(epoch.batch(step), schedule.rate(1, step, STEPS));
        }
        return engine.steps();
    }
}
