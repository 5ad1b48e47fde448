package onebit.engine;

/**
 * How a network is to be executed.
 *
 * @param device      where
 * @param precision   arithmetic
 * @param algorithm   convolution algorithm
 * @param batchSize   images in a full batch
 * @param threads     compute threads; 0 leaves it to the engine
 * @param training    whether {@link Network#train} will be called (else its buffers are not made)
 * @param momentum    of stochastic gradient descent: v = momentum * v - rate * g, w = w + v
 * @param weightDecay added to the gradient of every convolution's weights as weightDecay * w
 */
public record NetworkOptions(Device device, Precision precision, ConvolutionAlgorithm algorithm, int batchSize, int threads,
                             boolean training, double momentum, double weightDecay) {

    /** On the CPU, with the method's batches of 125, momentum 0.9 and weight decay 5e-4. */
    public static NetworkOptions training(Precision precision) {
        return new NetworkOptions(Device.CPU, precision, ConvolutionAlgorithm.AUTO, 125, 0, true, 0.9, 5e-4);
    }

    /** On the CPU, in batches of 125. */
    public static NetworkOptions inference(Precision precision) {
        return new NetworkOptions(Device.CPU, precision, ConvolutionAlgorithm.AUTO, 125, 0, false, 0.9, 5e-4);
    }

    public NetworkOptions {
        if (batchSize < 1) throw new IllegalArgumentException("The batch size must be at least 1, not " + batchSize + ".");
        if (threads < 0) throw new IllegalArgumentException("The number of threads cannot be negative: " + threads + ".");
    }

    /** Compute threads of an engine that, if it is left to it, takes one a processor. */
    public int computeThreads() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** A number of compute threads as descriptions of engines and networks say it. */
    public static String inWords(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    public NetworkOptions withDevice(Device d) {
        return new NetworkOptions(d, precision, algorithm, batchSize, threads, training, momentum, weightDecay);
    }

    public NetworkOptions withAlgorithm(ConvolutionAlgorithm a) {
        return new NetworkOptions(device, precision, a, batchSize, threads, training, momentum, weightDecay);
    }

    public NetworkOptions withBatchSize(int size) {
        return new NetworkOptions(device, precision, algorithm, size, threads, training, momentum, weightDecay);
    }

    public NetworkOptions withThreads(int n) {
        return new NetworkOptions(device, precision, algorithm, batchSize, n, training, momentum, weightDecay);
    }

    public NetworkOptions withDescent(double m, double decay) {
        return new NetworkOptions(device, precision, algorithm, batchSize, threads, training, m, decay);
    }
}
