package onebit.kit.results;

/**
 * Where the true accuracy lies with 95 % confidence, given how many of a test set's images are right: Wilson's score
 * interval (1927). It is about the choice of test images, not about the luck of a training run.
 *
 * @param low  percent, 0..100
 * @param high percent, 0..100
 */
public record WilsonInterval(double low, double high) {

    /** The normal distribution's 97.5th percentile. */
    private static final double Z = 1.959963984540054;

    /**
     * @param correct 0 to images
     * @param images  1 or more
     */
    public static WilsonInterval of(int correct, int images) {
        if (images < 1 || correct < 0 || correct > images)
            throw new IllegalArgumentException(correct + " right of " + images + " images is not possible.");
        double p = (double) correct / images, z2 = Z * Z / images;
        double centre = (p + z2 / 2) / (1 + z2);
        double half = Z * Math.sqrt(p * (1 - p) / images + z2 / (4 * images)) / (1 + z2);
        return new WilsonInterval(100 * Math.max(0, centre - half), 100 * Math.min(1, centre + half));
    }
}
