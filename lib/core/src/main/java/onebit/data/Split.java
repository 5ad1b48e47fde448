package onebit.data;

import onebit.model.Shape;

/**
 * Labelled images: the training or the test part of a data set. Immutable, and cheap to take the beginning of.
 * Pixels are bytes 0..255, an image after the other, each channels, rows, columns (CHW).
 */
public final class Split {

    private final Shape shape;
    private final byte[] pixels;
    private final byte[] labels;
    private final int count;

    /**
     * @param pixels count * shape.size() bytes; kept, not copied
     * @param labels a class (0..255) an image; kept, not copied
     */
    public Split(Shape shape, byte[] pixels, byte[] labels) {
        this(shape, pixels, labels, labels.length);
        if ((long) labels.length * shape.size() != pixels.length)
            throw new IllegalArgumentException(labels.length + " images of " + shape + " need "
                + (long) labels.length * shape.size() + " bytes of pixels, not " + pixels.length + ".");
    }

    private Split(Shape shape, byte[] pixels, byte[] labels, int count) {
        this.shape = shape;
        this.pixels = pixels;
        this.labels = labels;
        this.count = count;
    }

    /** Number of images. */
    public int count() {
        return count;
    }

    /** Of one image. */
    public Shape shape() {
        return shape;
    }

    /** Class of an image, 0-based. */
    public int label(int image) {
        check(image);
        return labels[image] & 255;
    }

    /** Writes an image as values 0..255, CHW, from position 0 of {@code out}, which may be longer than the image. */
    public void read(int image, float[] out) {
        check(image);
        int size = shape.size(), from = image * size;
        for (int i = 0; i < size; i++) out[i] = pixels[from + i] & 255;
    }

    /**
     * The first images.
     *
     * @param limit at least 1; all images if there are fewer
     */
    public Split first(int limit) {
        if (limit < 1) throw new IllegalArgumentException("A limit of " + limit + " images leaves nothing; give at least 1.");
        return limit >= count ? this : new Split(shape, pixels, labels, limit);
    }

    /** All pixels, for the augmentation, which reads parts of images. Not to be written. */
    byte[] pixels() {
        return pixels;
    }

    int offset(int image) {
        return image * shape.size();
    }

    private void check(int image) {
        if (image < 0 || image >= count) throw new IndexOutOfBoundsException("Image " + image + " of " + count);
    }

    @Override
    public String toString() {
        return count + " images of " + shape;
    }
}
