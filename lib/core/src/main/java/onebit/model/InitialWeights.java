package onebit.model;

import java.util.List;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;

/**
 * Where training starts: He's normal initialization as Keras makes it (He et al. 2015; the method's "Training").
 * Weights are normal, drawn again beyond two standard deviations, with the deviation corrected so that the truncated
 * distribution has standard deviation sqrt(2 / fan-in). Batch norm starts at scale 1, offset 0, mean 0, variance 1.
 */
public final class InitialWeights {

    /** Standard deviation of a standard normal variable truncated at -2 and 2. */
    private static final double TRUNCATED_DEVIATION = 0.87962566103423978;

    private InitialWeights() {}

    /**
     * Initial parameters, without momentum. A convolution's weights depend on the seed, its position among the
     * convolutions and its shape only: networks that differ in norm or quantizer start from the same weights.
     */
    public static NamedTensors state(Graph graph, long seed) {
        List<Node.Conv> convolutions = graph.convolutions();
        NamedTensors state = new NamedTensors();
        for (Graph.Parameter parameter : graph.parameters())
            state.put(parameter.name(), switch (parameter.role()) {
                case WEIGHT -> weights(parameter, (Node.Conv) parameter.node(), seed, convolutions.indexOf(parameter.node()));
                case SCALE, VARIANCE -> Tensor.filled(parameter.shape(), 1);
                case OFFSET, MEAN -> Tensor.filled(parameter.shape(), 0);
            });
        return state;
    }

    private static Tensor weights(Graph.Parameter parameter, Node.Conv conv, long seed, int position) {
        double deviation = deviation(conv.fanIn());
        CounterRandom random = new CounterRandom(seed, Purpose.INITIAL_WEIGHTS, 0, position);
        float[] values = new float[parameter.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) (deviation * truncatedNormal(random));
        return new Tensor(parameter.shape(), values);
    }

    /** Standard deviation of a layer's normal distribution before it is truncated. */
    public static double deviation(int fanIn) {
        return Math.sqrt(2.0 / fanIn) / TRUNCATED_DEVIATION;
    }

    private static double truncatedNormal(CounterRandom random) {
        double x;
        do x = random.nextGaussian();
        while (Math.abs(x) > 2);
        return x;
    }
}
