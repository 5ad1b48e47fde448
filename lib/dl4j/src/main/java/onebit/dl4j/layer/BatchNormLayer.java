package onebit.dl4j.layer;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@link BatchNorm}, each pass over the images one native operation. */
final class BatchNormLayer extends BaseLayer<BatchNorm> {

    private static final long serialVersionUID = 1;

    /** A value a channel each; of the batch, and constants. They outlive a step. */
    private transient INDArray batchMean, batchVariance, zeros, ones;
    private transient INDArray output;

    BatchNormLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public Type type() {
        return Type.NORMALIZATION;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public boolean hasBias() {
        return false;
    }

    /** The running averages move by what their "gradient" says, whatever the size of the batch. */
    @Override
    public boolean updaterDivideByMinibatch(String parameter) {
        return !BatchNorm.isMoment(parameter);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        BatchNorm conf = layerConf();
        makeArrays();
        INDArray mean = params.get(BatchNorm.MEAN), variance = params.get(BatchNorm.VARIANCE);
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, input.dataType(), input.shape(), 'c');
        if (training) {
            mean = batchMean;
            variance = batchVariance;
            INDArray pooled = pooled(workspaces, ArrayType.FF_WORKING_MEM);
            Ops.mean(input, pooled, mean);
            // The variance of what is centred already: from the squares themselves, a mean far from 0 would swallow it.
            Ops.normalize(input, mean, ones, 0, y);
            y.muli(y);
            Ops.mean(y, pooled, variance);
        }
        if (conf.isAffine()) Ops.normalize(input, mean, variance, params.get(BatchNorm.SCALE), params.get(BatchNorm.OFFSET), conf.getEpsilon(), y);
        else Ops.normalize(input, mean, variance, conf.getEpsilon(), y);
        conf.getRectifier().apply(y, y);
        output = y;
        return y;
    }

    /**
     * With g the gradient behind the rectifier and x^ the normalized input:
     * dx = scale / deviation * (g - mean(g) - x^ * mean(g * x^)).
     */
    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        BatchNorm conf = layerConf();
        double values = (double) input.length() / conf.getChannels();
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
        INDArray scratch = workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, input.dataType(), input.shape(), 'c');
        INDArray pooled = pooled(workspaces, ArrayType.BP_WORKING_MEM);
        INDArray mean = workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, input.dataType(), conf.getChannels());
        INDArray meanProduct = workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, input.dataType(), conf.getChannels());

        conf.getRectifier().backward(output, epsilon, dx);
        Ops.mean(dx, pooled, mean);
        if (conf.isAffine()) {
            Ops.normalize(input, batchMean, batchVariance, conf.getEpsilon(), scratch);
            scratch.muli(dx);
        } else {
            output.muli(dx, scratch); // where g is not 0, the output is x^
        }
        Ops.mean(scratch, pooled, meanProduct);

        Gradient gradient = new DefaultGradient();
        if (conf.isAffine()) {
            gradient.setGradientFor(BatchNorm.SCALE, gradientViews.get(BatchNorm.SCALE).assign(meanProduct).muli(values));
            gradient.setGradientFor(BatchNorm.OFFSET, gradientViews.get(BatchNorm.OFFSET).assign(mean).muli(values));
        }
        gradient.setGradientFor(BatchNorm.MEAN, step(BatchNorm.MEAN, batchMean, 1));
        gradient.setGradientFor(BatchNorm.VARIANCE, step(BatchNorm.VARIANCE, batchVariance, values / Math.max(1, values - 1)));

        Ops.normalize(input, batchMean, batchVariance, meanProduct.negi(), mean.negi(), conf.getEpsilon(), scratch);
        dx.addi(scratch);
        INDArray factor = Transforms.sqrt(mean.assign(batchVariance).addi(conf.getEpsilon()), false).rdivi(1);
        if (conf.isAffine()) factor.muli(params.get(BatchNorm.SCALE));
        Ops.normalize(dx, zeros, ones, factor, zeros, 0, dx);
        return new Pair<>(gradient, dx);
    }

    /** (1 - momentum) * (average - batch), which is subtracted from the average. */
    private INDArray step(String moment, INDArray batch, double correction) {
        INDArray step = gradientViews.get(moment);
        step.assign(batch).muli(-correction).addi(params.get(moment));
        return step.muli(1 - layerConf().getMomentum());
    }

    private INDArray pooled(LayerWorkspaceMgr workspaces, ArrayType where) {
        return workspaces.createUninitialized(where, input.dataType(), new long[] {input.size(0), 1, 1, input.size(3)}, 'c');
    }

    private void makeArrays() {
        if (batchMean != null) return;
        try (MemoryWorkspace _ = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            long channels = layerConf().getChannels();
            batchMean = Nd4j.create(dataType, channels);
            batchVariance = Nd4j.create(dataType, channels);
            zeros = Nd4j.zeros(dataType, channels);
            ones = Nd4j.ones(dataType, channels);
        }
    }

    @Override
    public void clear() {
        super.clear();
        output = null;
    }
}
