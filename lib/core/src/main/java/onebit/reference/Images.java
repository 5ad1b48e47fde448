package onebit.reference;

import onebit.model.Shape;

/** Activations of a batch, or their gradients: images, channels, rows, columns, in that order (NCHW). */
record Images(int count, Shape shape, double[] values) {

    static Images zeros(int count, Shape shape) {
        return new Images(count, shape, new double[count * shape.size()]);
    }

    /** Values in one channel of one image. */
    int planeSize() {
        return shape.height() * shape.width();
    }

    /** Position of the first value of a channel of an image. */
    int plane(int image, int channel) {
        return (image * shape.channels() + channel) * planeSize();
    }

    /** Values that a channel has in the whole batch. */
    int valuesPerChannel() {
        return count * planeSize();
    }

    /** A walk over the values, each with its channel. */
    interface Visitor {
        void visit(int channel, int position);
    }

    void forEach(Visitor visitor) {
        for (int image = 0; image < count; image++)
            for (int channel = 0; channel < shape.channels(); channel++) {
                int start = plane(image, channel);
                for (int i = start; i < start + planeSize(); i++) visitor.visit(channel, i);
            }
    }
}
