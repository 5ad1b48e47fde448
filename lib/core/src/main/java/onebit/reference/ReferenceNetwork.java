package onebit.reference;

import java.util.HashMap;
import java.util.Map;
import onebit.engine.Batch;
import onebit.engine.CheckedNetwork;
import onebit.engine.NetworkOptions;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.Graph.Role;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Tensor;

/**
 * A graph with float64 arithmetic. What outlasts a step (parameters, running averages, momentum) is rounded to float32
 * after it, as in every engine, so that {@link #state} is all there is and a resumed run ends bit for bit the same.
 */
final class ReferenceNetwork extends CheckedNetwork {

    private final Map<String, double[]> parameters = new HashMap<>();
    private final Map<String, double[]> momenta = new HashMap<>();

    ReferenceNetwork(Graph graph, NetworkOptions options) {
        super(graph, options);
    }

    @Override
    public String description() {
        return "reference, float64, direct convolutions, 1 thread";
    }

    @Override
    protected void write(NamedTensors state) {
        for (Graph.Parameter p : graph.parameters()) {
            if (!p.trainable()) continue;
            String name = NamedTensors.momentum(p.name());
            Tensor momentum = state.contains(name) ? state.get(name) : Tensor.filled(p.shape(), 0);
            momenta.put(p.name(), doubles(momentum.values()));
        }
        for (Graph.Parameter p : graph.parameters()) parameters.put(p.name(), doubles(state.get(p.name()).values()));
    }

    @Override
    protected NamedTensors read() {
        NamedTensors state = new NamedTensors();
        for (Graph.Parameter p : graph.parameters()) {
            state.put(p.name(), new Tensor(p.shape(), floats(parameters.get(p.name()))));
            if (p.trainable()) state.put(NamedTensors.momentum(p.name()), new Tensor(p.shape(), floats(momenta.get(p.name()))));
        }
        return state;
    }

    @Override
    protected StepResult step(Batch batch, double learningRate) {
        Propagation propagation = new Propagation(graph, parameters, batch, true);
        Map<String, double[]> gradients = propagation.backward();
        for (Node node : graph.nodes()) if (node instanceof Node.BatchNorm n) updateAverages(n, propagation);
        for (Graph.Parameter p : graph.parameters()) if (p.trainable()) descend(p, gradients.get(p.name()), learningRate);
        return propagation.result();
    }

    @Override
    protected StepResult infer(Batch batch, float[] logits) {
        Propagation propagation = new Propagation(graph, parameters, batch, false);
        if (logits != null) {
            double[] values = propagation.logits();
            for (int i = 0; i < values.length; i++) logits[i] = (float) values[i];
        }
        return propagation.result();
    }

    @Override
    protected void free() {
        parameters.clear();
        momenta.clear();
    }

    private void updateAverages(Node.BatchNorm n, Propagation propagation) {
        Normalization batch = propagation.normalization(n.name());
        double[] mean = parameters.get(Role.MEAN.of(n.name())), variance = parameters.get(Role.VARIANCE.of(n.name()));
        double values = propagation.activation(n.name()).valuesPerChannel(), correction = values / Math.max(1, values - 1);
        for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (n.momentum() * mean[c] + (1 - n.momentum()) * batch.mean()[c]);
            variance[c] = (float) (n.momentum() * variance[c] + (1 - n.momentum()) * batch.variance()[c] * correction);
        }
    }

    private void descend(Graph.Parameter p, double[] gradient, double rate) {
        double[] w = parameters.get(p.name()), v = momenta.get(p.name());
        double decay = p.role() == Role.WEIGHT ? options.weightDecay() : 0;
        for (int i = 0; i < w.length; i++) {
            v[i] = (float) (options.momentum() * v[i] - rate * (gradient[i] + decay * w[i]));
            w[i] = (float) (w[i] + v[i]);
        }
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) result[i] = values[i];
        return result;
    }

    private static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) result[i] = (float) values[i];
        return result;
    }
}
