package onebit.dl4j.layer;

import java.util.Map;
import java.util.Objects;
import onebit.model.InitialWeights;
import onebit.model.Padding;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.TruncatedNormalDistribution;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution without bias whose weights pass through a {@link WeightQuantizer} first; its gradient goes straight
 * through (ICLR 2018, section 2). Its parameter {@value #WEIGHTS} are the full-precision weights, in the order
 * (output channel, input channel, row, column).
 */
public final class QuantizedConvolution extends ParameterizedConfiguration {

    /** Name of the parameter. */
    public static final String WEIGHTS = "W";

    private static final long serialVersionUID = 1;
    private static final ParameterViews<QuantizedConvolution> PARAMETERS = new Weights();

    private final int inputChannels;
    private final int outputChannels;
    private final int kernel;
    private final int stride;
    private final int[] padding;
    private final transient WeightQuantizer quantizer;

    /** As JSON has it: the quantizer by its name ({@code full}, {@code 1bit}) or, for another one, its class. */
    QuantizedConvolution(@JsonProperty("inputChannels") int inputChannels, @JsonProperty("outputChannels") int outputChannels,
                         @JsonProperty("kernel") int kernel, @JsonProperty("stride") int stride, @JsonProperty("padding") int[] padding,
                         @JsonProperty("quantizerName") String quantizer) {
        this(inputChannels, outputChannels, kernel, stride, new Padding(padding[0], padding[1], padding[2], padding[3]), quantizer(quantizer));
    }

    public QuantizedConvolution(int inputChannels, int outputChannels, int kernel, int stride, Padding padding, WeightQuantizer quantizer) {
        this.inputChannels = inputChannels;
        this.outputChannels = outputChannels;
        this.kernel = kernel;
        this.stride = stride;
        this.padding = new int[] {padding.top(), padding.bottom(), padding.left(), padding.right()};
        this.quantizer = quantizer;
    }

    private static WeightQuantizer quantizer(String name) {
        for (WeightQuantizer known : new WeightQuantizer[] {new OneBit(), new FullPrecision()}) if (known.name().equals(name)) return known;
        try {
            Class<?> type = Class.forName(name, true, QuantizedConvolution.class.getClassLoader());
            return type.asSubclass(WeightQuantizer.class).getConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalArgumentException("There is no quantizer '" + name + "'; there are 1bit, full and classes with a constructor without arguments.", e);
        }
    }

    public int getInputChannels() {
        return inputChannels;
    }

    public int getOutputChannels() {
        return outputChannels;
    }

    public int getKernel() {
        return kernel;
    }

    public int getStride() {
        return stride;
    }

    /** Rows above and below, columns on the left and the right. */
    public int[] getPadding() {
        return padding.clone();
    }

    public String getQuantizerName() {
        return quantizer instanceof OneBit || quantizer instanceof FullPrecision ? quantizer.name() : quantizer.getClass().getName();
    }

    WeightQuantizer quantizer() {
        return quantizer;
    }

    Padding around() {
        return new Padding(padding[0], padding[1], padding[2], padding[3]);
    }

    /** Inputs that one output sums over. */
    @JsonIgnore
    int fanIn() {
        return kernel * kernel * inputChannels;
    }

    @Override
    Layer implementation(NeuralNetConfiguration conf, DataType dataType) {
        return new QuantizedConvolutionLayer(conf, dataType);
    }

    @Override
    public ParamInitializer initializer() {
        return PARAMETERS;
    }

    @Override
    public InputType getOutputType(int index, InputType in) {
        return Windows.output(in, outputChannels, kernel, stride, around());
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && other instanceof QuantizedConvolution c && c.inputChannels == inputChannels && c.outputChannels == outputChannels
            && c.kernel == kernel && c.stride == stride && c.around().equals(around()) && c.quantizer.equals(quantizer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), inputChannels, outputChannels, kernel, stride, around(), quantizer);
    }

    private static final class Weights extends ParameterViews<QuantizedConvolution> {
        @Override
        Map<String, long[]> shapes(QuantizedConvolution layer) {
            return Map.of(WEIGHTS, new long[] {layer.outputChannels, layer.inputChannels, layer.kernel, layer.kernel});
        }

        @Override
        void initialize(QuantizedConvolution layer, String name, INDArray values) {
            Nd4j.exec(new TruncatedNormalDistribution(values.reshape(values.length()), 0, InitialWeights.deviation(layer.fanIn())));
        }

        @Override
        public boolean isWeightParam(org.deeplearning4j.nn.conf.layers.Layer layer, String name) {
            return true;
        }
    }
}
