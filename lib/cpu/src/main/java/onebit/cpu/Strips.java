package onebit.cpu;

import java.lang.foreign.MemorySegment;
import onebit.model.Shape;

/**
 * Small images side by side, a column of zeros between two, for the gradient of a 3x3 convolution's weights: it is a sum over all
 * pixels of all images, in which the zeros add nothing. AMX multiplies 32 pixels of a row at a time; images of 8x8, one by one, leave
 * three quarters of that idle and take oneDNN twice as long.
 */
final class Strips {

    /** Pixels of a row that AMX takes at a time. */
    private static final int PIXELS = 32;

    private final Layout images;
    private final int perStrip;
    private final Layout strip;

    /** How many images of this width share a strip; 1 if there is no room for another. */
    static int perStrip(int width) {
        return Math.max(1, (PIXELS + 1) / (width + 1));
    }

    /** @param images channels last */
    Strips(Layout images) {
        this.images = images;
        perStrip = perStrip(images.shape.width());
        strip = new Layout(images.precision, images.order, new Shape(images.shape.channels(), images.shape.height(), perStrip * (images.shape.width() + 1) - 1));
    }

    private int count(int images) {
        return (images + perStrip - 1) / perStrip;
    }

    /** oneDNN's descriptor of the strips of so many images. */
    long descriptor(int type, int images) {
        return strip.descriptor(type, count(images));
    }

    /**
     * Copies images to strips.
     *
     * @param purpose of the worker's memory for them
     * @return the first strip's address
     */
    long copy(Worker worker, String purpose, int images, long from) {
        // Each shape has memory of its own, in which nothing is ever written between the images.
        long to = worker.area(purpose + " strips " + strip.shape, count(images) * strip.imageBytes);
        long bytes = this.images.shape.width() * this.images.pixelStride(), line = strip.shape.width() * strip.pixelStride();
        for (int i = 0; i < count(images) * perStrip; i++) {
            long at = to + i / perStrip * strip.imageBytes + i % perStrip * (bytes + strip.pixelStride());
            for (int y = 0; y < strip.shape.height(); y++, at += line) {
                if (i < images) MemorySegment.copy(Vectors.MEMORY, from + i * this.images.imageBytes + y * bytes, Vectors.MEMORY, at, bytes);
                else Vectors.clear(at, bytes);
            }
        }
        return to;
    }
}
