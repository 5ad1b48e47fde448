package onebit.cpu;

/**
 * The transforms of Winograd's minimal filtering F(m x m, 3 x 3) (Lavin and Gray 2015), on a group of channels that
 * fills one vector of the tensor. Between tensors and tiles stand rows of float32 pixels: a row holds a group of one
 * line of an image, with a pixel of zeros before it and zeros behind, so that tiles never leave it. Tiles lie in
 * planes, one for each of the (m + 2)^2 products, each a matrix of tiles by channels.
 */
interface Winograd {

    /** m: outputs a side of a tile. */
    int tile();

    /** (m + 2)^2. */
    default int planes() {
        return (tile() + 2) * (tile() + 2);
    }

    /** Bytes of a pixel in a row. */
    int pixelBytes();

    /** One line of an activated tensor into a row, which begins at its first pixel inside the image. */
    void loadActivated(long from, long stride, int width, long row, float[] scale, float[] offset, float floor, int p);

    /** One line of a tensor, as it is. */
    void load(long from, long stride, int width, long row);

    /**
     * Input transform of a line of tiles.
     *
     * @param rows        m + 2 rows, each from the pixel before the image
     * @param to          first tile, this group, plane 0
     * @param tileStride  bytes from a tile to the next in a plane
     * @param planeStride bytes from a plane to the next
     * @param scratch     memory for m + 2 rows
     */
    void input(long[] rows, int tiles, long to, long tileStride, long planeStride, long scratch);

    /** Transform of the output's gradient for the weights' gradient: m rows, each from the first pixel of the image. */
    void outputGradient(long[] rows, int tiles, long to, long tileStride, long planeStride, long scratch);

    /** Output transform of a line of tiles of products (float32), times {@code scale}, into m rows. */
    void output(long from, long tileStride, long planeStride, int tiles, long[] rows, float scale, long scratch);

    /** Stores a row as a line of a tensor. */
    void store(long row, long to, long stride, int width);

    /** Stores, and sums what is stored: sum += y, squares += y * y. */
    void storeSums(long row, long to, long stride, int width, float[] sum, float[] squares, int p);

    /** Stores the row plus {@code skip}, and sums. */
    void storeAddSums(long row, long to, long skip, long stride, int width, float[] sum, float[] squares, int p);

    /** Stores a gradient; with a = x * scale + offset and g the gradient where a > floor, else 0: sum += g, products += g * a. */
    void storeGradientSums(long row, long to, long x, long stride, int width, float[] scale, float[] offset, float floor,
                           float[] sum, float[] products, int p);

    /** Filter transform of {@code count} filters: 9 taps, {@code tapStride} bytes apart, into planes; turned by 180 degrees if {@code turned}. */
    void filter(long taps, long tapStride, long count, long to, long planeStride, boolean turned, long scratch);

    /** The filters' gradient from the planes'. The planes are destroyed. */
    void filterGradient(long from, long planeStride, long count, long taps, long tapStride);
}
