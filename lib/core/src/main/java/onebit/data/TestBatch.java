package onebit.data;

import java.util.List;
import java.util.stream.IntStream;
import onebit.engine.Batch;

/**
 * Consecutive images as they are, for evaluation.
 *
 * @param first number of the first in the split
 */
public record TestBatch(Split split, int first, int size) implements Batch {

    public TestBatch {
        if (first < 0 || size < 1 || first + size > split.count())
            throw new IllegalArgumentException("Images " + first + " to " + (first + size - 1) + " are not all in " + split + ".");
    }

    /** All images in order, {@code batchSize} at a time; the last batch may be smaller. */
    public static List<TestBatch> all(Split split, int batchSize) {
        if (batchSize < 1) throw new IllegalArgumentException("The batch size must be at least 1, not " + batchSize + ".");
        return IntStream.iterate(0, first -> first < split.count(), first -> first + batchSize)
            .mapToObj(first -> new TestBatch(split, first, Math.min(batchSize, split.count() - first))).toList();
    }

    @Override
    public int label(int index) {
        return split.label(image(index));
    }

    @Override
    public void read(int index, float[] pixels) {
        split.read(image(index), pixels);
    }

    private int image(int index) {
        if (index < 0 || index >= size) throw new IndexOutOfBoundsException("Image " + index + " of a batch of " + size);
        return first + index;
    }
}
