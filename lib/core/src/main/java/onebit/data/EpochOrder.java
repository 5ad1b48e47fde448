package onebit.data;

import onebit.random.CounterRandom;

/** The order in which an epoch visits the training images: a fresh permutation for each (seed, epoch). */
public final class EpochOrder {

    private EpochOrder() {}

    /**
     * Fisher and Yates' shuffle.
     *
     * @param epoch 1-based
     * @return 0 .. count - 1, each once
     */
    public static int[] of(long seed, int epoch, int count) {
        var random = new CounterRandom(seed, CounterRandom.Purpose.SHUFFLE, epoch, 0);
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
