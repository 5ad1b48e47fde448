package onebit.testing;

import onebit.engine.Batch;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;

/**
 * A batch of made-up images: integers 0..255, each channel of each image in a range of its own so that images differ,
 * and uniform labels.
 */
public record SyntheticBatch(Shape shape, int classes, int size, long seed) implements Batch {

    private static final int LABELS = 2, PIXELS = 3;

    public static SyntheticBatch of(Graph graph, int size, long seed) {
        return new SyntheticBatch(graph.inputShape(), graph.classes(), size, seed);
    }

    @Override
    public int label(int index) {
        return new CounterRandom(seed, Purpose.SYNTHETIC, LABELS, check(index)).nextInt(classes);
    }

    @Override
    public void read(int index, float[] pixels) {
        CounterRandom random = new CounterRandom(seed, Purpose.SYNTHETIC, PIXELS, check(index));
        int plane = shape.height() * shape.width();
        for (int channel = 0; channel < shape.channels(); channel++) {
            int darkest = random.nextInt(128), range = 64 + random.nextInt(192 - darkest);
            for (int i = 0; i < plane; i++) pixels[channel * plane + i] = darkest + random.nextInt(range + 1);
        }
    }

    private int check(int index) {
        if (index < 0 || index >= size) throw new IndexOutOfBoundsException("Image " + index + " of a batch of " + size + ".");
        return index;
    }
}
