package onebit.reference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import onebit.engine.Batch;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;

/**
 * The slope of the loss along random directions in one parameter, from forward passes alone. Five points a slope, so
 * that the formula's error falls with the fourth power of the step; the step is the greatest at which no ReLU switches
 * between the points, for at a kink there is no derivative to compare with.
 */
final class FiniteDifferences {

    private static final double[] STEPS = {1e-4, 1e-5, 1e-6, 1e-7};
    private static final int DIRECTIONS = 2;

    private final Graph graph;
    private final Batch batch;
    private final Map<String, double[]> parameters = new HashMap<>();
    private final boolean[] switches;

    FiniteDifferences(Graph graph, NamedTensors state, Batch batch) {
        this.graph = graph;
        this.batch = batch;
        for (Graph.Parameter p : graph.parameters()) {
            float[] values = state.get(p.name()).values();
            double[] copy = new double[values.length];
            for (int i = 0; i < values.length; i++) copy[i] = values[i];
            parameters.put(p.name(), copy);
        }
        switches = switches(propagation(parameters));
    }

    /** Fails unless every parameter's gradient gives the measured slopes, within {@code tolerance} of its norm. */
    void check(double tolerance) {
        Map<String, double[]> gradients = propagation(parameters).backward();
        for (Graph.Parameter p : graph.parameters()) {
            if (!p.trainable()) continue;
            double[] gradient = gradients.get(p.name());
            double norm = norm(gradient);
            for (int d = 0; d < DIRECTIONS; d++) {
                double[] direction = direction(gradient.length, d);
                double expected = slope(p.name(), direction), actual = dot(gradient, direction);
                assertTrue(Math.abs(expected - actual) <= tolerance * norm,
                    () -> p.name() + ": slope " + expected + ", from the gradient " + actual + ", whose norm is " + norm);
            }
        }
    }

    private double slope(String parameter, double[] direction) {
        for (double h : STEPS) {
            OptionalDouble slope = slope(parameter, direction, h);
            if (slope.isPresent()) return slope.getAsDouble();
        }
        throw new AssertionError("A ReLU switches within " + STEPS[STEPS.length - 1] + " along '" + parameter + "'; choose another seed.");
    }

    /** Empty if an activation switches on the way. */
    private OptionalDouble slope(String parameter, double[] direction, double h) {
        double slope = 0;
        for (int point : new int[] {-2, 2, -1, 1}) {
            Propagation propagation = propagation(moved(parameter, direction, point * h));
            if (!Arrays.equals(switches, switches(propagation))) return OptionalDouble.empty();
            slope += (Math.abs(point) == 2 ? -1 : 8) * Math.signum(point) * propagation.result().loss() / (12 * h);
        }
        return OptionalDouble.of(slope);
    }

    private Propagation propagation(Map<String, double[]> values) {
        return new Propagation(graph, values, batch, true);
    }

    private Map<String, double[]> moved(String parameter, double[] direction, double step) {
        Map<String, double[]> moved = new HashMap<>(parameters);
        double[] values = parameters.get(parameter).clone();
        for (int i = 0; i < values.length; i++) values[i] += step * direction[i];
        moved.put(parameter, values);
        return moved;
    }

    /** Which values each activation lets through. */
    private boolean[] switches(Propagation propagation) {
        boolean[] all = new boolean[0];
        for (Node node : graph.nodes()) {
            if (!(node instanceof Node.ReLU || node instanceof Node.ShiftedReLU)) continue;
            double kink = node instanceof Node.ReLU ? 0 : -1;
            double[] x = propagation.activation(node.inputs().getFirst()).values();
            int start = all.length;
            all = Arrays.copyOf(all, start + x.length);
            for (int i = 0; i < x.length; i++) all[start + i] = x[i] > kink;
        }
        return all;
    }

    /** A random direction of length 1. */
    private static double[] direction(int size, int index) {
        CounterRandom random = new CounterRandom(index, Purpose.SYNTHETIC, 10, size);
        double[] direction = new double[size];
        for (int i = 0; i < size; i++) direction[i] = random.nextGaussian();
        double norm = norm(direction);
        for (int i = 0; i < size; i++) direction[i] /= norm;
        return direction;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }
}
