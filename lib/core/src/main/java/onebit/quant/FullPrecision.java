package onebit.quant;

/** Uses the weights as they are: the rows' baseline. */
public record FullPrecision() implements WeightQuantizer {

    @Override
    public String name() {
        return "full";
    }

    @Override
    public void quantize(float[] weights, int fanIn, float[] quantized) {
        if (weights != quantized) System.arraycopy(weights, 0, quantized, 0, weights.length);
    }

    @Override
    public void quantize(double[] weights, int fanIn, double[] quantized) {
        if (weights != quantized) System.arraycopy(weights, 0, quantized, 0, weights.length);
    }
}
