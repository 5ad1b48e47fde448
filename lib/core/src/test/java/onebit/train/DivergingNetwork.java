package onebit.train;

import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.StepResult;
import onebit.model.NamedTensors;
import onebit.model.Tensor;
import onebit.testing.ChangedReference;
import onebit.testing.ForwardingNetwork;

/**
 * A network with a fault: after so many good steps the parameters are NaN, as when a gradient overflows. Either the loss tells
 * at once, or only the parameters do.
 */
final class DivergingNetwork extends ForwardingNetwork {

    private final int goodSteps;
    private final boolean lossStaysFinite;
    private int steps;

    private DivergingNetwork(Network network, int goodSteps, boolean lossStaysFinite) {
        super(network);
        this.goodSteps = goodSteps;
        this.lossStaysFinite = lossStaysFinite;
    }

    static Engine engine(int goodSteps, boolean lossStaysFinite) {
        return new ChangedReference(network -> new DivergingNetwork(network, goodSteps, lossStaysFinite));
    }

    @Override
    public StepResult train(Batch batch, double learningRate) {
        StepResult result = super.train(batch, learningRate);
        boolean good = ++steps <= goodSteps;
        return good || lossStaysFinite ? result : new StepResult(Double.NaN, 0);
    }

    @Override
    public NamedTensors state() {
        NamedTensors state = super.state();
        if (steps > goodSteps) state.put("conv0.weight", Tensor.filled(state.get("conv0.weight").shape(), Float.NaN));
        return state;
    }
}
