package onebit.data;

/** How a training image is varied from epoch to epoch: a pure function of (seed, epoch, image), and thread-safe. */
@FunctionalInterface
public interface Augmentation {

    /** The image as it is. */
    Augmentation NONE = (split, image, seed, epoch, out) -> split.read(image, out);

    /**
     * Writes an image's variant.
     *
     * @param image number in the split
     * @param epoch 1-based
     * @param out   receives values 0..255, CHW, from position 0; may be longer than the image
     */
    void read(Split split, int image, long seed, int epoch, float[] out);
}
