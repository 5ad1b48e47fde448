package onebit.data;

import onebit.engine.Batch;

/**
 * One epoch of training: the images in this epoch's order, augmented, in full batches. What does not fill a batch at the
 * end is left out; the order being fresh, other images the next time. The same for any number of threads, and from any
 * step on: a resumed run asks for the batches that it has not seen.
 */
public final class TrainingEpoch {

    private final Split split;
    private final Augmentation augmentation;
    private final long seed;
    private final int epoch;
    private final int batchSize;
    private final int[] order;

    /**
     * @param epoch     1-based
     * @param batchSize at most the images there are
     */
    public TrainingEpoch(Split split, Augmentation augmentation, long seed, int epoch, int batchSize) {
        if (epoch < 1) throw new IllegalArgumentException("Epochs are counted from 1; there is no epoch " + epoch + ".");
        if (batchSize < 1 || batchSize > split.count())
            throw new IllegalArgumentException("A batch of " + batchSize + " cannot be made of " + split.count()
                + " training images; it must have at least 1 and at most all of them.");
        this.split = split;
        this.augmentation = augmentation;
        this.seed = seed;
        this.epoch = epoch;
        this.batchSize = batchSize;
        this.order = EpochOrder.of(seed, epoch, split.count());
    }

    /** Batches in this epoch. */
    public int steps() {
        return split.count() / batchSize;
    }

    /** @param step 0-based */
    public Batch batch(int step) {
        if (step < 0 || step >= steps()) throw new IndexOutOfBoundsException("Step " + step + " of " + steps());
        return new TrainingBatch(this, step * batchSize);
    }

    private record TrainingBatch(TrainingEpoch of, int first) implements Batch {

        @Override
        public int size() {
            return of.batchSize;
        }

        @Override
        public int label(int index) {
            return of.split.label(image(index));
        }

        @Override
        public void read(int index, float[] pixels) {
            of.augmentation.read(of.split, image(index), of.seed, of.epoch, pixels);
        }

        private int image(int index) {
            if (index < 0 || index >= of.batchSize) throw new IndexOutOfBoundsException("Image " + index + " of a batch of " + of.batchSize);
            return of.order[first + index];
        }
    }
}
