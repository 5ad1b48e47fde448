package onebit.quant;

/**
 * What happens to a convolution's weights before they are used. Forward and backward both use the quantized weights;
 * the gradient with respect to them is applied unchanged to the full-precision ones (straight through, no clipping).
 */
public interface WeightQuantizer {

    /** Short name for run folders and the command line: {@code full}, {@code 1bit}. */
    String name();

    /**
     * Quantizes a convolution's weights.
     *
     * @param weights   all of them, in full precision, in the order (output channel, input channel, row, column)
     * @param fanIn     inputs that one output of the layer sums over: kernel * kernel * input channels
     * @param quantized receives the weights to use; same length, may be the same array
     */
    void quantize(float[] weights, int fanIn, float[] quantized);

    /**
     * The same in float64, for the reference engine. Unless overridden the weights pass through float32, as the other
     * engines see them.
     */
    default void quantize(double[] weights, int fanIn, double[] quantized) {
        float[] values = new float[weights.length];
        for (int i = 0; i < values.length; i++) values[i] = (float) weights[i];
        quantize(values, fanIn, values);
        for (int i = 0; i < values.length; i++) quantized[i] = values[i];
    }
}
