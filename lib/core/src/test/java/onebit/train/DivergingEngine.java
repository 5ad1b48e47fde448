package onebit.train;

import java.util.List;
import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Tensor;
import onebit.reference.ReferenceEngine;

/**
 * The reference, with a fault: after so many good steps the parameters are NaN, as when a gradient overflows. Either the
 * loss tells at once, or only the parameters do.
 */
record DivergingEngine(int goodSteps, boolean lossStaysFinite) implements Engine {

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public List<Mode> modes() {
        return new ReferenceEngine().modes();
    }

    @Override
    public Network network(Graph graph, NetworkOptions options) {
        return new Diverging(new ReferenceEngine().network(graph, options));
    }

    private final class Diverging implements Network {
        private final Network network;
        private int steps;

        Diverging(Network network) {
            this.network = network;
        }

        @Override
        public StepResult train(Batch batch, double learningRate) {
            StepResult result = network.train(batch, learningRate);
            boolean good = ++steps <= goodSteps;
            return good || lossStaysFinite ? result : new StepResult(Double.NaN, 0);
        }

        @Override
        public NamedTensors state() {
            NamedTensors state = network.state();
            if (steps > goodSteps) state.put("conv0.weight", Tensor.filled(state.get("conv0.weight").shape(), Float.NaN));
            return state;
        }

        @Override
        public Graph graph() {
            return network.graph();
        }

        @Override
        public NetworkOptions options() {
            return network.options();
        }

        @Override
        public String description() {
            return network.description();
        }

        @Override
        public void load(NamedTensors state) {
            network.load(state);
        }

        @Override
        public StepResult evaluate(Batch batch, float[] logits) {
            return network.evaluate(batch, logits);
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
