package onebit.random;

/**
 * Random numbers as a pure function: the sequence depends only on (seed, purpose, epoch, index), never on who asks, in
 * what order or on how many threads. SplitMix64 from a key mixed of the four.
 */
public final class CounterRandom {

    /** What the numbers are for, so that two uses never share a sequence. */
    public enum Purpose { INITIAL_WEIGHTS, SHUFFLE, AUGMENTATION, SYNTHETIC }

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long state;

    public CounterRandom(long seed, Purpose purpose, long epoch, long index) {
        state = mix(mix(mix(mix(seed + GOLDEN) + purpose.ordinal() + GOLDEN) + epoch + GOLDEN) + index + GOLDEN);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** 64 uniform bits as a function of a key and a position: what {@link #nextLong} gives after {@code position} others. */
    public static long at(long key, long position) {
        return mix(key + (position + 1) * GOLDEN);
    }

    /** 64 uniform bits. */
    public long nextLong() {
        return mix(state += GOLDEN);
    }

    /** Uniform in 0 .. bound - 1 (bound below 2^31; bias below 2^-32). */
    public int nextInt(int bound) {
        return (int) ((nextLong() >>> 32) * bound >>> 32);
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Standard normal. */
    public double nextGaussian() {
        double radius = Math.sqrt(-2 * Math.log(1 - nextDouble()));
        return radius * Math.cos(2 * Math.PI * nextDouble());
    }
}
