package onebit.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Tensor;
import onebit.quant.FullPrecision;
import onebit.reference.ReferenceEngine;

/**
 * How far an engine is from another on one network, state and batch. "Relative" for values is the greatest absolute
 * error divided by the greatest absolute value (1 if that is less); for gradients it is the norm of the difference
 * divided by the norm of the reference.
 *
 * @param logits    relative error of the logits in inference, on the whole batch and on a part of it
 * @param loss      absolute error of the losses in inference and in training
 * @param gradients relative error of each trainable parameter's gradient
 * @param moments   relative error of the batch moments that entered the running averages
 * @param momenta   relative error of each parameter's momentum after two steps with momentum and weight decay
 */
public record EngineComparison(double logits, double loss, Map<String, Double> gradients, Map<String, Double> moments, Map<String, Double> momenta) {

    private static final double STEP_RATE = 0.01;
    /** So small that no quantized weight changes its value: one that does so on a rounding error would make all that follows differ. */
    private static final double QUANTIZED_STEP_RATE = 1e-6;

    /** An engine and how it is to execute; batch size, momentum and weight decay are set by the comparison. */
    public record Side(Engine engine, NetworkOptions options) {

        Network network(Graph graph, Batch batch, double momentum, double weightDecay) {
            return engine.network(graph, options.withBatchSize(batch.size()).withDescent(momentum, weightDecay));
        }
    }

    /** The float64 reference engine. */
    public static Side reference() {
        return new Side(new ReferenceEngine(), NetworkOptions.training(Precision.FLOAT64));
    }

    /** The reference's outcomes, by the random network's seed: tests compare many settings with the same. */
    private static final Map<Long, Outcome> EXPECTED = new ConcurrentHashMap<>();

    /** Compares with the reference engine. */
    public static EngineComparison of(Engine engine, NetworkOptions options, RandomGraphs.Case random) {
        Outcome expected = EXPECTED.computeIfAbsent(random.seed(), s -> Outcome.of(reference(), random.graph(), random.state(), random.batch()));
        return between(expected, Outcome.of(new Side(engine, options), random.graph(), random.state(), random.batch()), random.graph(), random.state());
    }

    public static EngineComparison between(Side reference, Side tested, Graph graph, NamedTensors state, Batch batch) {
        return between(Outcome.of(reference, graph, state, batch), Outcome.of(tested, graph, state, batch), graph, state);
    }

    private static EngineComparison between(Outcome expected, Outcome actual, Graph graph, NamedTensors state) {
        double logits = Math.max(relative(expected.logits, actual.logits), relative(expected.partialLogits, actual.partialLogits));
        double loss = 0;
        for (int i = 0; i < expected.losses.size(); i++) loss = Math.max(loss, Math.abs(expected.losses.get(i) - actual.losses.get(i)));
        Map<String, Double> gradients = new LinkedHashMap<>(), moments = new LinkedHashMap<>(), momenta = new LinkedHashMap<>();
        for (Graph.Parameter p : graph.parameters())
            if (p.trainable()) {
                String momentum = NamedTensors.momentum(p.name());
                gradients.put(p.name(), relativeNorm(expected.afterOne.get(momentum), actual.afterOne.get(momentum)));
                momenta.put(p.name(), relativeNorm(expected.afterTwo.get(momentum), actual.afterTwo.get(momentum)));
            } else {
                moments.put(p.name(), relative(moment(p, state, expected.afterOne), moment(p, state, actual.afterOne)));
            }
        return new EngineComparison(logits, loss, gradients, moments, momenta);
    }

    /**
     * Fails with a list of all that lies further off.
     *
     * @param outputs   greatest error of logits, loss and moments
     * @param gradients greatest error of gradients and momenta
     */
    public void requireWithin(double outputs, double gradients) {
        List<String> wrong = new ArrayList<>();
        Map<String, Double> outputErrors = new LinkedHashMap<>(Map.of("logits", logits, "loss", loss));
        outputErrors.putAll(moments);
        outputErrors.forEach((name, error) -> addIfBeyond(wrong, name, error, outputs));
        this.gradients.forEach((name, error) -> addIfBeyond(wrong, "gradient of " + name, error, gradients));
        momenta.forEach((name, error) -> addIfBeyond(wrong, "momentum of " + name + " after two steps", error, gradients));
        if (!wrong.isEmpty()) throw new AssertionError(String.join("\n", wrong));
    }

    /** The greatest error of logits, loss and moments. */
    public double worstOutput() {
        return Math.max(Math.max(logits, loss), moments.values().stream().max(Comparator.naturalOrder()).orElse(0.0));
    }

    /** The greatest of the gradients' errors. */
    public double worstGradient() {
        return gradients.values().stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    /** The greatest error of momentum after two steps with momentum and weight decay. */
    public double worstMomentum() {
        return momenta.values().stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    private static void addIfBeyond(List<String> wrong, String name, double error, double limit) {
        if (!(error <= limit)) wrong.add("%s: error %.3g, allowed %.3g".formatted(name, error, limit));
    }

    /** Mean and corrected variance of the batch at every batch norm, by parameter name, from the reference engine. */
    static NamedTensors batchMoments(Graph graph, NamedTensors state, Batch batch) {
        try (Network network = reference().network(graph, batch, 0, 0)) {
            network.load(state);
            network.train(batch, 0);
            NamedTensors after = network.state(), moments = new NamedTensors();
            for (Graph.Parameter p : graph.parameters())
                if (!p.trainable()) moments.put(p.name(), new Tensor(p.shape(), moment(p, state, after)));
            return moments;
        }
    }

    /** Solves new = m * old + (1 - m) * batch for the batch's part. */
    private static float[] moment(Graph.Parameter p, NamedTensors before, NamedTensors after) {
        double m = ((Node.BatchNorm) p.node()).momentum();
        float[] old = before.get(p.name()).values(), moved = after.get(p.name()).values(), batch = new float[old.length];
        for (int c = 0; c < batch.length; c++) batch[c] = (float) ((moved[c] - m * old[c]) / (1 - m));
        return batch;
    }

    private record Outcome(float[] logits, float[] partialLogits, List<Double> losses, NamedTensors afterOne, NamedTensors afterTwo) {

        static Outcome of(Side side, Graph graph, NamedTensors state, Batch batch) {
            int part = Math.max(1, batch.size() - 1);
            float[] logits = new float[batch.size() * graph.classes()], partialLogits = new float[part * graph.classes()];
            List<Double> losses = new ArrayList<>();
            NamedTensors afterOne, afterTwo;
            // Without momentum and decay, and at rate 1, the momentum after a step is exactly the negative gradient.
            try (Network network = side.network(graph, batch, 0, 0)) {
                network.load(state);
                losses.add(network.evaluate(batch, logits).loss());
                losses.add(network.evaluate(new Part(batch, part), partialLogits).loss());
                losses.add(network.train(batch, 1).loss());
                afterOne = network.state();
            }
            boolean quantized = graph.convolutions().stream().anyMatch(c -> !(c.quantizer() instanceof FullPrecision));
            try (Network network = side.network(graph, batch, 0.9, 0.05)) {
                network.load(state);
                for (int step = 0; step < 2; step++) {
                    StepResult result = network.train(batch, quantized ? QUANTIZED_STEP_RATE : STEP_RATE);
                    losses.add(result.loss());
                }
                afterTwo = network.state();
            }
            return new Outcome(logits, partialLogits, losses, afterOne, afterTwo);
        }
    }

    /** The first images of a batch. */
    private record Part(Batch whole, int size) implements Batch {
        @Override
        public int label(int index) {
            return whole.label(index);
        }

        @Override
        public void read(int index, float[] pixels) {
            whole.read(index, pixels);
        }
    }

    private static double relative(float[] expected, float[] actual) {
        double error = 0, greatest = 1;
        for (int i = 0; i < expected.length; i++) {
            error = Math.max(error, Math.abs((double) expected[i] - actual[i]));
            greatest = Math.max(greatest, Math.abs(expected[i]));
        }
        return error / greatest;
    }

    static double relativeNorm(Tensor expected, Tensor actual) {
        double difference = 0, norm = 0;
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.values()[i], d = e - actual.values()[i];
            difference += d * d;
            norm += e * e;
        }
        return norm == 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
    }
}
