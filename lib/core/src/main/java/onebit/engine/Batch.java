package onebit.engine;

/**
 * Images and labels for one step. An engine reads each image once, from whichever thread will compute on it, so that
 * augmentation runs where its result is used; implementations are thread-safe and a pure function of the index.
 */
public interface Batch {

    /** Images in this batch: 1 up to the network's batch size. */
    int size();

    /** Class of image {@code index}, 0-based. */
    int label(int index);

    /**
     * Classes of all images, in order.
     *
     * @param classes that there are
     * @throws IllegalArgumentException if an image is of none of them
     */
    default int[] labels(int classes) {
        int[] labels = new int[size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = label(i);
            if (labels[i] < 0 || labels[i] >= classes)
                throw new IllegalArgumentException("Image " + i + " has label " + labels[i] + "; the network tells classes 0 to " + (classes - 1) + " apart.");
        }
        return labels;
    }

    /**
     * Writes image {@code index}.
     *
     * @param pixels receives channels, rows, columns (CHW) from position 0; may be longer than the image
     */
    void read(int index, float[] pixels);
}
