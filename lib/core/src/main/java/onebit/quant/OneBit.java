package onebit.quant;

/**
 * One bit a weight: sqrt(2 / fan-in) * sign(w), with sign(0) = +1 (ICLR 2018, section 2, equation 1). The constant is
 * the standard deviation of He's initialization and does not change in training, so that at inference a layer is its
 * bits and one number known from its shape.
 */
public record OneBit() implements WeightQuantizer {

    @Override
    public String name() {
        return "1bit";
    }

    /** The constant of a layer. */
    public static float scale(int fanIn) {
        return (float) Math.sqrt(2.0 / fanIn);
    }

    @Override
    public void quantize(float[] weights, int fanIn, float[] quantized) {
        float scale = scale(fanIn);
        for (int i = 0; i < weights.length; i++) quantized[i] = weights[i] >= 0 ? scale : -scale;
    }
}
