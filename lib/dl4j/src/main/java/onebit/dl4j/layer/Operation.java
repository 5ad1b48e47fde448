package onebit.dl4j.layer;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer without parameters. */
abstract class Operation<C extends org.deeplearning4j.nn.conf.layers.Layer> extends AbstractLayer<C> {

    private static final long serialVersionUID = 1;

    Operation(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    static Pair<Gradient, INDArray> gradient(INDArray dx) {
        return new Pair<>(new DefaultGradient(), dx);
    }

    @Override
    public Layer.Type type() {
        return Layer.Type.CONVOLUTIONAL;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public void clearNoiseWeightParams() {}
}
