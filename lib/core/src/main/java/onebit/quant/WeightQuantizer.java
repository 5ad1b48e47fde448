package onebit.quant;

/**
 * What happens to a convolution's weights before they are used. Forward and backward both use the quantized weights;
 * the gradient with respect to them is applied unchanged to the full-precision ones (straight through, no clipping).
 */
public interface WeightQuantizer {

    /** Short name for run folders and the command line: {@code full}, {@code 1bit}. */
    String name();

    /**
     * Quantizes weight by weight.
     *
     * @param weights   full-precision weights, any order
     * @param fanIn     inputs that one output of the layer sums over: kernel * kernel * input channels
     * @param quantized receives the weights to use; same length, may be the same array
     */
    void quantize(float[] weights, int fanIn, float[] quantized);
}
