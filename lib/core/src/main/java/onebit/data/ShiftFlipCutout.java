package onebit.data;

import onebit.model.Shape;
import onebit.random.CounterRandom;

/**
 * The paper's augmentation for CIFAR. An image is shifted by an independent uniform -4..4 along each axis and mirrored
 * left-right with probability 1/2; then a patch of up to 18x18 covers part of it (cutout). What is shifted in and what
 * is covered is noise: a uniform integer 0..255 for each pixel and channel.
 *
 * <p>The patch's place is drawn per axis: p uniform in -16..32, covering {@code max(0, p-1) .. min(31, p+16)}, so that at
 * least one row and one column are always covered and each pixel is equally likely to be.
 *
 * <p>The paper defines this for 32x32. On another size, range and patch keep their proportion to each axis, rounded (28
 * pixels: -4..4 and a patch of 16), so that as large a part of the picture is hidden.
 */
public final class ShiftFlipCutout implements Augmentation {

    /**
     * What was drawn for an image. The variant's pixel (y, x) is noise inside the patch, else the image's pixel
     * (y + shiftY, x' + shiftX) if there is one, else noise; x' is x, or width - 1 - x if mirrored.
     *
     * @param top   first covered row; bottom, left and right are the last row, first and last column
     * @param noise key of the noise
     */
    record Placement(int shiftY, int shiftX, boolean mirrored, int top, int bottom, int left, int right, long noise) {}

    static Placement placement(Shape shape, long seed, int epoch, int image) {
        var random = new CounterRandom(seed, CounterRandom.Purpose.AUGMENTATION, epoch, image);
        int height = shape.height(), width = shape.width();
        int shiftY = shift(random, height), shiftX = shift(random, width);
        boolean mirrored = random.nextInt(2) == 1;
        int patchY = patch(height), patchX = patch(width);
        int y = random.nextInt(height + patchY - 1) - (patchY - 2), x = random.nextInt(width + patchX - 1) - (patchX - 2);
        return new Placement(shiftY, shiftX, mirrored, Math.max(0, y - 1), Math.min(height - 1, y + patchY - 2),
            Math.max(0, x - 1), Math.min(width - 1, x + patchX - 2), random.nextLong());
    }

    private static int shift(CounterRandom random, int size) {
        int range = Math.max(1, (size * 4 + 16) / 32);
        return random.nextInt(2 * range + 1) - range;
    }

    private static int patch(int size) {
        return Math.max(2, (size * 18 + 16) / 32);
    }

    @Override
    public void read(Split split, int image, long seed, int epoch, float[] out) {
        split.label(image); // refuses a number that is not in this split
        Shape shape = split.shape();
        Placement p = placement(shape, seed, epoch, image);
        int height = shape.height(), width = shape.width();
        byte[] pixels = split.pixels();
        // Columns of the unmirrored variant that the image reaches; what is mirrored is counted from the other side.
        int from = Math.clamp(-p.shiftX(), 0, width), to = Math.clamp(width - p.shiftX(), 0, width);
        int first = p.mirrored() ? width - to : from, last = p.mirrored() ? width - from : to;
        for (int c = 0; c < shape.channels(); c++) {
            for (int y = 0; y < height; y++) {
                int row = (c * height + y) * width, sourceY = y + p.shiftY();
                if (sourceY < 0 || sourceY >= height) {
                    noise(out, row, 0, width, p.noise());
                    continue;
                }
                int source = split.offset(image) + (c * height + sourceY) * width + p.shiftX();
                if (p.mirrored()) for (int x = first; x < last; x++) out[row + x] = pixels[source + width - 1 - x] & 255;
                else for (int x = first; x < last; x++) out[row + x] = pixels[source + x] & 255;
                noise(out, row, 0, first, p.noise());
                noise(out, row, last, width, p.noise());
                if (y >= p.top() && y <= p.bottom()) noise(out, row, p.left(), p.right() + 1, p.noise());
            }
        }
    }

    /**
     * Noise in positions {@code row + from} to {@code row + to - 1}. Eight neighbours share one 64-bit number: position
     * i has byte i mod 8 of number i / 8, whoever asks for it and in what order.
     */
    private static void noise(float[] out, int row, int from, int to, long key) {
        for (int i = row + from, end = row + to; i < end; ) {
            long bits = CounterRandom.at(key, i >>> 3) >>> ((i & 7) << 3);
            for (int stop = Math.min(end, (i | 7) + 1); i < stop; i++, bits >>>= 8) out[i] = (int) bits & 255;
        }
    }

    /** What {@link #read} puts at a position of an image, if that is noise. */
    static int noise(long key, int position) {
        return (int) (CounterRandom.at(key, position / 8) >>> position % 8 * 8) & 255;
    }
}
