package onebit.dl4j.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Batch normalization, with or without learned scale and offset, and the rectifier that follows. Running averages are
 * the method's: {@code new = momentum * old + (1 - momentum) * batch}, with the variance that enters them corrected by
 * M / (M - 1). As in DL4J's own, they are parameters whose "gradient" is the step they are to make.
 */
public final class BatchNorm extends ParameterizedConfiguration {

    /** Names of the parameters; the first two only with learned scale and offset. */
    public static final String SCALE = "scale", OFFSET = "offset", MEAN = "mean", VARIANCE = "variance";

    private static final long serialVersionUID = 1;
    private static final ParameterViews<BatchNorm> PARAMETERS = new ScaleAndMoments();

    private final int channels;
    private final boolean affine;
    private final double epsilon;
    private final double momentum;
    private final Rectifier rectifier;

    public BatchNorm(@JsonProperty("channels") int channels, @JsonProperty("affine") boolean affine, @JsonProperty("epsilon") double epsilon,
                     @JsonProperty("momentum") double momentum, @JsonProperty("rectifier") Rectifier rectifier) {
        this.channels = channels;
        this.affine = affine;
        this.epsilon = epsilon;
        this.momentum = momentum;
        this.rectifier = rectifier;
    }

    public int getChannels() {
        return channels;
    }

    public boolean isAffine() {
        return affine;
    }

    public double getEpsilon() {
        return epsilon;
    }

    public double getMomentum() {
        return momentum;
    }

    public Rectifier getRectifier() {
        return rectifier;
    }

    static boolean isMoment(String parameter) {
        return parameter.equals(MEAN) || parameter.equals(VARIANCE);
    }

    @Override
    Layer implementation(NeuralNetConfiguration conf, DataType dataType) {
        return new BatchNormLayer(conf, dataType);
    }

    @Override
    public ParamInitializer initializer() {
        return PARAMETERS;
    }

    @Override
    public InputType getOutputType(int index, InputType in) {
        return in;
    }

    @Override
    public IUpdater getUpdaterByParam(String parameter) {
        return isMoment(parameter) ? new NoOp() : super.getUpdaterByParam(parameter);
    }

    /** None: weight decay is the convolutions'. */
    @Override
    public List<Regularization> getRegularizationByParam(String parameter) {
        return List.of();
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && other instanceof BatchNorm n && n.channels == channels && n.affine == affine && n.epsilon == epsilon
            && n.momentum == momentum && n.rectifier == rectifier;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), channels, affine, epsilon, momentum, rectifier);
    }

    private static final class ScaleAndMoments extends ParameterViews<BatchNorm> {
        @Override
        Map<String, long[]> shapes(BatchNorm layer) {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            for (String name : layer.affine ? List.of(SCALE, OFFSET, MEAN, VARIANCE) : List.of(MEAN, VARIANCE)) shapes.put(name, new long[] {layer.channels});
            return shapes;
        }

        @Override
        void initialize(BatchNorm layer, String name, INDArray values) {
            values.assign(name.equals(SCALE) || name.equals(VARIANCE) ? 1 : 0);
        }

        @Override
        public boolean isWeightParam(org.deeplearning4j.nn.conf.layers.Layer layer, String name) {
            return false;
        }
    }
}
