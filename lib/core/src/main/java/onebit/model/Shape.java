package onebit.model;

/** The shape of one image's activations: channels, height, width, in that order. */
public record Shape(int channels, int height, int width) {

    public Shape {
        if (channels < 1 || height < 1 || width < 1)
            throw new IllegalArgumentException("A shape needs at least one channel, row and column, not "
                + channels + "x" + height + "x" + width + ".");
    }

    /** Number of values in one image. */
    public int size() {
        return channels * height * width;
    }

    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
