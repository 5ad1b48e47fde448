package onebit.cpu;

import java.lang.foreign.MemorySegment;
import onebit.model.Node;
import onebit.model.Shape;

/**
 * Small images side by side, a column of zeros between two, for the gradient of a 3x3 convolution's weights: it is a sum over all
 * pixels of all images, to which the zeros add nothing. AMX multiplies 32 pixels of a row at a time; images of 8x8, one by one, leave
 * three quarters of that idle and take oneDNN twice as long.
 */
final class Strips implements ConvolutionPrimitives.Tensors {

    /** Pixels of a row that AMX takes at a time. */
    private static final int PIXELS = 32;

    private final Side source, result;

    /** One of the convolution's tensors, its images as they lie and as strips. */
    private record Side(String purpose, Layout images, Layout strip, int perStrip) {

        static Side of(String name, Layout images) {
            Shape shape = images.shape;
            int n = Strips.perStrip(shape.width());
            Layout strip = new Layout(images.precision, images.order, new Shape(shape.channels(), shape.height(), n * (shape.width() + 1) - 1));
            // Each shape has memory of its own, in which nothing is ever written between the images.
            return new Side(name + " strips " + strip.shape + " of " + n, images, strip, n);
        }

        int strips(int count) {
            return (count + perStrip - 1) / perStrip;
        }

        long copy(Worker worker, int count, long from) {
            long to = worker.area(purpose, strips(count) * strip.imageBytes);
            long bytes = images.shape.width() * images.pixelStride(), line = strip.shape.width() * strip.pixelStride();
            for (int i = 0; i < strips(count) * perStrip; i++) {
                long at = to + i / perStrip * strip.imageBytes + i % perStrip * (bytes + strip.pixelStride());
                for (int y = 0; y < strip.shape.height(); y++, at += line) {
                    if (i < count) MemorySegment.copy(Vectors.MEMORY, from + i * images.imageBytes + y * bytes, Vectors.MEMORY, at, bytes);
                    else Vectors.clear(at, bytes);
                }
            }
            return to;
        }
    }

    /** How many images of this width share a strip; 1 if there is no room for another. */
    static int perStrip(int width) {
        return Math.max(1, (PIXELS + 1) / (width + 1));
    }

    /** Whether more than one image of the convolution's source would share a strip, and the zeros between are its padding. */
    static boolean allows(Node.Conv conv, Layout source) {
        return Convolution.keepsSize(conv) && perStrip(source.shape.width()) > 1;
    }

    /** @param source and result of the convolution, of one size and channels last */
    Strips(Layout source, Layout result) {
        this.source = Side.of("source", source);
        this.result = Side.of("result", result);
    }

    @Override
    public Layout source() {
        return source.strip;
    }

    @Override
    public Layout result() {
        return result.strip;
    }

    @Override
    public int count(int images) {
        return source.strips(images);
    }

    @Override
    public long weights(Natives natives, int type, int tag) {
        return OneDnn.descriptor(natives, type, tag, result.strip.channels, source.strip.channels, 3, 3);
    }

    /** Copies images of the source to strips: the first one's address. */
    long ofSource(Worker worker, int images, long from) {
        return source.copy(worker, images, from);
    }

    /** The same of the result's gradient. */
    long ofGradient(Worker worker, int images, long from) {
        return result.copy(worker, images, from);
    }
}
