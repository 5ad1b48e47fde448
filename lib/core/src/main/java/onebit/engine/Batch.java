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
     * Writes image {@code index}.
     *
     * @param pixels receives channels, rows, columns (CHW) from position 0; may be longer than the image
     */
    void read(int index, float[] pixels);
}
