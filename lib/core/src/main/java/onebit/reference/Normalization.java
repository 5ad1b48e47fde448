package onebit.reference;

import onebit.model.Node;

/**
 * Batch norm with given moments: x^ = (x - mean) / sqrt(variance + epsilon), y = scale * x^ + offset.
 *
 * @param mean     a value a channel
 * @param variance a value a channel, not corrected for the number of values
 * @param scale    a value a channel; ones if it is not learned
 * @param offset   a value a channel; zeros if it is not learned
 */
record Normalization(Node.BatchNorm norm, double[] mean, double[] variance, double[] scale, double[] offset) {

    /** Gradients of the learned scale and offset. */
    record Gradients(double[] scale, double[] offset) {}

    /** Normalization with the moments of the batch itself. */
    static Normalization ofBatch(Node.BatchNorm norm, Images x, double[] scale, double[] offset) {
        double[] mean = new double[x.shape().channels()], variance = new double[x.shape().channels()];
        x.forEach((c, i) -> mean[c] += x.values()[i] / x.valuesPerChannel());
        x.forEach((c, i) -> variance[c] += square(x.values()[i] - mean[c]) / x.valuesPerChannel());
        return new Normalization(norm, mean, variance, scale, offset);
    }

    Images forward(Images x) {
        Images y = Images.zeros(x.count(), x.shape());
        x.forEach((c, i) -> y.values()[i] = scale[c] * normalized(x, c, i) + offset[c]);
        return y;
    }

    /** With the batch's own moments, through which every x moves every y; {@code dx} is added to. */
    Gradients backward(Images x, Images dy, Images dx) {
        double[] scaleGradient = new double[mean.length], offsetGradient = new double[mean.length];
        x.forEach((c, i) -> {
            scaleGradient[c] += dy.values()[i] * normalized(x, c, i);
            offsetGradient[c] += dy.values()[i];
        });
        int n = x.valuesPerChannel();
        x.forEach((c, i) -> dx.values()[i] += scale[c] / deviation(c)
            * (dy.values()[i] - offsetGradient[c] / n - normalized(x, c, i) * scaleGradient[c] / n));
        return new Gradients(scaleGradient, offsetGradient);
    }

    private double normalized(Images x, int channel, int position) {
        return (x.values()[position] - mean[channel]) / deviation(channel);
    }

    private double deviation(int channel) {
        return Math.sqrt(variance[channel] + norm.epsilon());
    }

    private static double square(double x) {
        return x * x;
    }
}
