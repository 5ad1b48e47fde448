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
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A rectifier that follows no batch norm; {@link BatchNorm} brings its own. */
public final class Rectification extends OperationConfiguration {

    private static final long serialVersionUID = 1;

    private final Rectifier rectifier;

    public Rectification(@JsonProperty("rectifier") Rectifier rectifier) {
        this.rectifier = rectifier;
    }

    public Rectifier getRectifier() {
        return rectifier;
    }

    @Override
    Layer implementation(NeuralNetConfiguration conf, DataType dataType) {
        return new Implementation(conf, dataType);
    }

    @Override
    public InputType getOutputType(int index, InputType in) {
        return in;
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && other instanceof Rectification r && r.rectifier == rectifier;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), rectifier);
    }

    static final class Implementation extends Operation<Rectification> {
        private static final long serialVersionUID = 1;
        private transient INDArray output;

        Implementation(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
            assertInputSet(false);
            output = workspaces.createUninitialized(ArrayType.ACTIVATIONS, input.dataType(), input.shape(), 'c');
            layerConf().rectifier.apply(input, output);
            return output;
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
            assertInputSet(true);
            INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
            layerConf().rectifier.backward(output, epsilon, dx);
            return gradient(dx);
        }

        @Override
        public void clear() {
            super.clear();
            output = null;
        }
    }
}
