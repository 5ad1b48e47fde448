package onebit.kit.bench;

import java.util.Random;
import onebit.engine.Batch;
import onebit.model.Shape;

/**
 * A batch of noise, made once: pixels uniform in 0..255, labels one after the other.
 *
 * @param classes of the labels
 */
record RandomImages(Shape shape, int size, int classes, float[] pixels) implements Batch {

    static RandomImages of(Shape shape, int size, int classes) {
        Random random = new Random(0);
        float[] pixels = new float[size * shape.size()];
        for (int i = 0; i < pixels.length; i++) pixels[i] = random.nextInt(256);
        return new RandomImages(shape, size, classes, pixels);
    }

    @Override
    public int label(int index) {
        return index % classes;
    }

    @Override
    public void read(int index, float[] out) {
        System.arraycopy(pixels, index * shape.size(), out, 0, shape.size());
    }
}
