package onebit.kit.bench;

import onebit.engine.Network;

/** Steps of a network on random images, timed. Measures the engine alone: no data set, no augmentation. */
public final class Benchmark {

    private static final int ROUNDS = 3;
    private static final int WARM_UP_STEPS = 3;
    private static final double RATE = 0.1;

    private final Network network;
    private final RandomImages images;
    private final boolean training;

    /**
     * @param network  with its parameters loaded
     * @param training whether a step is one of training, or of inference
     */
    public Benchmark(Network network, boolean training) {
        this.network = network;
        this.training = training;
        images = RandomImages.of(network.graph().inputShape(), network.options().batchSize(), network.graph().classes());
    }

    /** Runs so long, and at least some steps, that the virtual machine has compiled what it runs. */
    public void warmUp(double atLeast) {
        double seconds = 0;
        for (int step = 0; step < WARM_UP_STEPS || seconds < atLeast; step++) seconds += seconds(1);
    }

    /** How long so many steps take. */
    public double seconds(int steps) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            if (training) network.train(images, RATE);
            else network.evaluate(images, null);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** The best of three rounds of so many steps. */
    public double imagesPerSecond(int steps) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) best = Math.min(best, seconds(steps));
        return images.size() * steps / best;
    }
}
