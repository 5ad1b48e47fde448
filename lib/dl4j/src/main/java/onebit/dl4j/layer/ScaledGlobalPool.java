package onebit.dl4j.layer;

import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastCopyOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Mean over all positions, times a factor: images of channels become rows of as many values. */
public final class ScaledGlobalPool extends OperationConfiguration {

    private static final long serialVersionUID = 1;

    private final double factor;

    public ScaledGlobalPool(@JsonProperty("factor") double factor) {
        this.factor = factor;
    }

    public double getFactor() {
        return factor;
    }

    @Override
    Layer implementation(NeuralNetConfiguration conf, DataType dataType) {
        return new Implementation(conf, dataType);
    }

    @Override
    public InputType getOutputType(int index, InputType in) {
        return InputType.feedForward(Windows.images(in).getChannels());
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && other instanceof ScaledGlobalPool p && p.factor == factor;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), factor);
    }

    static final class Implementation extends Operation<ScaledGlobalPool> {
        private static final long serialVersionUID = 1;

        Implementation(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private double weight() {
            return layerConf().factor / (input.size(1) * input.size(2));
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
            assertInputSet(false);
            INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, input.dataType(), new long[] {input.size(0), input.size(3)}, 'c');
            Ops.run("reduce_sum", Ops.arrays(input), Ops.arrays(y), new int[] {1, 2});
            return y.muli(weight());
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
            assertInputSet(true);
            INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
            Nd4j.exec(new BroadcastCopyOp(dx, epsilon, dx, 0, 3));
            return gradient(dx.muli(weight()));
        }
    }
}
