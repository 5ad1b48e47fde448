package onebit.dl4j.layer;

import java.util.Map;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
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
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.api.ops.impl.scalar.comparison.ScalarGreaterThanOrEqual;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** {@link QuantizedConvolution} on ND4J's {@code conv2d} and {@code conv2d_bp}, which on a CPU are oneDNN's. */
final class QuantizedConvolutionLayer extends BaseLayer<QuantizedConvolution> {

    private static final long serialVersionUID = 1;
    private static final int WEIGHTS_OIHW = 1;
    /**
     * Bytes of images that a CPU takes backward at a time. oneDNN reorders each array into blocks of channels, in memory
     * that ND4J allocates for the call: small pieces stay in the cache, and in the memory that malloc keeps.
     */
    private static final long CHUNK_BYTES = 8L << 20;

    private transient INDArray used;
    private transient INDArray partGradient;

    QuantizedConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public Type type() {
        return Type.CONVOLUTIONAL;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public boolean hasBias() {
        return false;
    }

    private Windows windows() {
        QuantizedConvolution conf = layerConf();
        return Windows.of((int) input.size(1), (int) input.size(2), conf.getKernel(), conf.getStride(), conf.around());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        QuantizedConvolution conf = layerConf();
        quantize();
        Windows windows = windows();
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, input.dataType(), new long[] {input.size(0),
            conf.around().outputHeight((int) input.size(1), conf.getKernel(), conf.getStride()),
            conf.around().outputWidth((int) input.size(2), conf.getKernel(), conf.getStride()), conf.getOutputChannels()}, 'c');
        INDArray x = windows.pads() ? padded(windows, workspaces, ArrayType.FF_WORKING_MEM) : input;
        Ops.run("conv2d", Ops.arrays(x, used), Ops.arrays(y), windows.arguments(Ops.NHWC, WEIGHTS_OIHW));
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        Windows windows = windows();
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
        INDArray dw = gradientViews.get(QuantizedConvolution.WEIGHTS);
        if (windows.pads()) {
            INDArray x = padded(windows, workspaces, ArrayType.BP_WORKING_MEM);
            INDArray paddedGradient = workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, x.dataType(), x.shape(), 'c');
            backward(windows, x, epsilon, paddedGradient, dw);
            dx.assign(windows.inside(paddedGradient));
        } else {
            backward(windows, input, epsilon, dx, dw);
        }
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(QuantizedConvolution.WEIGHTS, dw);
        return new Pair<>(gradient, dx);
    }

    /** In parts of the batch; the gradients of the weights add up in their order, so that a step is repeatable. */
    private void backward(Windows windows, INDArray x, INDArray dy, INDArray dx, INDArray dw) {
        long images = x.size(0), part = part(images, Math.max(x.length(), dy.length()) / images);
        for (long from = 0; from < images; from += part) {
            long to = Math.min(images, from + part);
            INDArray sum = from == 0 ? dw : partGradient();
            Ops.run("conv2d_bp", Ops.arrays(images(x, from, to), used, images(dy, from, to)), Ops.arrays(images(dx, from, to), sum),
                windows.arguments(Ops.NHWC, WEIGHTS_OIHW));
            if (from > 0) dw.addi(sum);
        }
    }

    private static long part(long images, long valuesOfAnImage) {
        if (Nd4j.getExecutioner().type() != ExecutionerType.NATIVE_CPU) return images;
        long parts = Math.max(1, Math.ceilDiv(images * valuesOfAnImage * Float.BYTES, CHUNK_BYTES));
        return Math.ceilDiv(images, parts);
    }

    private static INDArray images(INDArray all, long from, long to) {
        return from == 0 && to == all.size(0) ? all
            : all.get(NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all());
    }

    private INDArray padded(Windows windows, LayerWorkspaceMgr workspaces, ArrayType where) {
        INDArray padded = workspaces.create(where, input.dataType(), windows.padded(input), 'c');
        windows.inside(padded).assign(input);
        return padded;
    }

    /** The weights that forward and backward of this step use; the array outlives the step. */
    private void quantize() {
        QuantizedConvolution conf = layerConf();
        INDArray weights = params.get(QuantizedConvolution.WEIGHTS);
        if (conf.quantizer() instanceof FullPrecision) {
            used = weights;
            return;
        }
        try (MemoryWorkspace _ = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            if (used == null) used = Nd4j.createUninitialized(weights.dataType(), weights.shape());
            if (conf.quantizer() instanceof OneBit) {
                float scale = OneBit.scale(conf.fanIn());
                try (INDArray positive = Nd4j.createUninitialized(DataType.BOOL, weights.shape())) {
                    Nd4j.exec(new ScalarGreaterThanOrEqual(weights, positive, 0));
                    used.assign(positive);
                }
                used.muli(2 * scale).subi(scale); // exact: 0 and 2c become -c and c
            } else {
                float[] values = weights.dup().data().asFloat();
                conf.quantizer().quantize(values, conf.fanIn(), values);
                used.assign(Nd4j.create(values, weights.shape(), 'c'));
            }
        }
    }

    private INDArray partGradient() {
        try (MemoryWorkspace _ = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            if (partGradient == null) partGradient = Nd4j.createUninitialized(used.dataType(), used.shape());
        }
        return partGradient;
    }

    @Override
    public void setParamTable(Map<String, INDArray> table) {
        super.setParamTable(table);
        used = null;
    }
}
