package onebit.dl4j.layer;

import java.util.Objects;
import onebit.model.Padding;
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

/** Average over windows, dividing by the number of their cells inside the image. Pads opposite sides alike, or as TensorFlow's SAME. */
public final class AveragePool extends OperationConfiguration {

    private static final long serialVersionUID = 1;
    private static final int EXCLUDING_PADDING = 0;

    private final int size;
    private final int stride;
    private final int[] padding;

    /** @param padding rows above and below, columns on the left and the right */
    public AveragePool(@JsonProperty("size") int size, @JsonProperty("stride") int stride, @JsonProperty("padding") int[] padding) {
        this.size = size;
        this.stride = stride;
        this.padding = padding.clone();
    }

    public int getSize() {
        return size;
    }

    public int getStride() {
        return stride;
    }

    public int[] getPadding() {
        return padding.clone();
    }

    private Padding around() {
        return new Padding(padding[0], padding[1], padding[2], padding[3]);
    }

    @Override
    Layer implementation(NeuralNetConfiguration conf, DataType dataType) {
        return new Implementation(conf, dataType);
    }

    @Override
    public InputType getOutputType(int index, InputType in) {
        return Windows.output(in, Windows.images(in).getChannels(), size, stride, around());
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && other instanceof AveragePool p && p.size == size && p.stride == stride && p.around().equals(around());
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), size, stride, around());
    }

    static final class Implementation extends Operation<AveragePool> {
        private static final long serialVersionUID = 1;

        Implementation(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private int[] arguments() {
            AveragePool conf = layerConf();
            Windows windows = Windows.of((int) input.size(1), (int) input.size(2), conf.size, conf.stride, conf.around());
            if (windows.pads())
                throw new IllegalStateException("The average pool '" + conf.getLayerName() + "' has padding that ND4J cannot leave out of the average: "
                    + conf.around() + ".");
            return windows.arguments(EXCLUDING_PADDING, Ops.NHWC);
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
            assertInputSet(false);
            AveragePool conf = layerConf();
            INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, input.dataType(), new long[] {input.size(0),
                conf.around().outputHeight((int) input.size(1), conf.size, conf.stride), conf.around().outputWidth((int) input.size(2), conf.size, conf.stride),
                input.size(3)}, 'c');
            Ops.run("avgpool2d", Ops.arrays(input), Ops.arrays(y), arguments());
            return y;
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
            assertInputSet(true);
            INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
            Ops.run("avgpool2d_bp", Ops.arrays(input, epsilon), Ops.arrays(dx), arguments());
            return gradient(dx);
        }
    }
}
