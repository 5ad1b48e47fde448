package onebit.testing;

import onebit.engine.Batch;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.NamedTensors;

/** Another network, for tests that change one thing about it. */
public class ForwardingNetwork implements Network {

    private final Network network;

    public ForwardingNetwork(Network network) {
        this.network = network;
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
    public NamedTensors state() {
        return network.state();
    }

    @Override
    public StepResult train(Batch batch, double learningRate) {
        return network.train(batch, learningRate);
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
