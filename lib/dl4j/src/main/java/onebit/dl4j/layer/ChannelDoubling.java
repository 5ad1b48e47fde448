package onebit.dl4j.layer;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Doubles the channels by appending as many channels of zeros. */
public final class ChannelDoubling extends OperationConfiguration {

    private static final long serialVersionUID = 1;

    @Override
    Layer implementation(NeuralNetConfiguration conf, DataType dataType) {
        return new Implementation(conf, dataType);
    }

    @Override
    public InputType getOutputType(int index, InputType in) {
        InputType.InputTypeConvolutional images = Windows.images(in);
        return InputType.convolutional(images.getHeight(), images.getWidth(), 2 * images.getChannels(), CNN2DFormat.NHWC);
    }

    static final class Implementation extends Operation<ChannelDoubling> {
        private static final long serialVersionUID = 1;

        Implementation(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
            assertInputSet(false);
            long[] shape = {input.size(0), input.size(1), input.size(2), 2 * input.size(3)};
            INDArray y = workspaces.create(ArrayType.ACTIVATIONS, input.dataType(), shape, 'c');
            firstHalf(y).assign(input);
            return y;
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
            assertInputSet(true);
            INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
            dx.assign(firstHalf(epsilon));
            return gradient(dx);
        }

        private static INDArray firstHalf(INDArray images) {
            return images.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, images.size(3) / 2));
        }
    }
}
