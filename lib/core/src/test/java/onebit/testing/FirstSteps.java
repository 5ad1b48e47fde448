package onebit.testing;

import java.util.ArrayList;
import java.util.List;
import onebit.data.Dataset;
import onebit.data.GeneratedDataset;
import onebit.data.ShiftFlipCutout;
import onebit.data.TrainingEpoch;
import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.train.LearningRateSchedule;
import onebit.train.Row;

/**
 * The first 20 steps of a row on two engines, in float32: 20-1 on made-up 32x32 images in batches of 20, with the row's
 * learning rates. At those rates training magnifies the last digit of a sum manifold in a few steps, on one engine with two
 * numbers of threads as well as on two engines. So the one engine trains, and the other does each of its steps from the
 * same state.
 */
public final class FirstSteps {

    private static final int STEPS = 20, BATCH = 20, CLASSES_OF_CIFAR10 = 10, CLASSES_OF_CIFAR100 = 100;

    /**
     * A step of both engines from the same state.
     *
     * @param losses   of the one that trains, and of the other
     * @param momentum the greatest relative error of a parameter's momentum after the step, as the norm of the difference.
     *                 Activations next to the kink of their ReLU fall to either side of it on two engines: hundredths, not
     *                 the digits of float32
     */
    public record Step(List<Double> losses, double momentum) {

        public double lossError() {
            return Math.abs(losses.get(0) - losses.get(1));
        }
    }

    private FirstSteps() {}

    public static List<Step> of(Row row, Engine trains, Engine follows) {
        int classes = row.dataset().equals("cifar10") ? CLASSES_OF_CIFAR10 : CLASSES_OF_CIFAR100;
        Shape shape = new Shape(3, 32, 32);
        Dataset images = GeneratedDataset.of(shape, classes, STEPS * BATCH, 1, 5);
        TrainingEpoch epoch = new TrainingEpoch(images.train(), new ShiftFlipCutout(), 1, 1, BATCH);
        Graph graph = WideResNet.graph(row.network(20, 1, shape, classes));
        LearningRateSchedule schedule = row.schedule(2);
        NetworkOptions options = NetworkOptions.training(Precision.FLOAT32).withBatchSize(BATCH);
        List<Step> steps = new ArrayList<>();
        try (Network one = trains.network(graph, options); Network other = follows.network(graph, options)) {
            one.load(InitialWeights.state(graph, 1));
            for (int step = 0; step < STEPS; step++) {
                other.load(one.state());
                Batch batch = epoch.batch(step);
                double rate = schedule.rate(1, step, STEPS);
                List<Double> losses = List.of(one.train(batch, rate).loss(), other.train(batch, rate).loss());
                NamedTensors expected = one.state(), actual = other.state();
                double momentum = 0;
                for (Graph.Parameter p : graph.parameters()) {
                    String name = NamedTensors.momentum(p.name());
                    if (p.trainable()) momentum = Math.max(momentum, EngineComparison.relativeNorm(expected.get(name), actual.get(name)));
                }
                steps.add(new Step(losses, momentum));
            }
        }
        return steps;
    }
}
