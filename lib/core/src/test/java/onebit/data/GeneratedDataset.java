package onebit.data;

import java.util.Map;
import java.util.stream.IntStream;
import onebit.model.Shape;
import onebit.random.CounterRandom;

/** Small data sets made in memory for tests: each class has a pattern of its own, under noise, so that it can be learned. */
public final class GeneratedDataset {

    private GeneratedDataset() {}

    /**
     * @param classes 2 to 256
     * @param seed    another seed, another data set
     */
    public static Dataset of(Shape shape, int classes, int trainImages, int testImages, long seed) {
        return new Dataset("generated", "Generated", IntStream.range(0, classes).mapToObj(c -> "class " + c).toList(),
            split(shape, classes, trainImages, seed, 0), split(shape, classes, testImages, seed, trainImages), Map.of(), "made in memory");
    }

    private static Split split(Shape shape, int classes, int count, long seed, int firstIndex) {
        byte[] pixels = new byte[count * shape.size()], labels = new byte[count];
        for (int i = 0; i < count; i++) {
            var random = new CounterRandom(seed, CounterRandom.Purpose.SYNTHETIC, 1, firstIndex + i);
            int label = random.nextInt(classes);
            labels[i] = (byte) label;
            var classPattern = new CounterRandom(seed, CounterRandom.Purpose.SYNTHETIC, 0, label);
            for (int k = 0; k < shape.size(); k++)
                pixels[i * shape.size() + k] = (byte) (classPattern.nextInt(160) + random.nextInt(96));
        }
        return new Split(shape, pixels, labels);
    }
}
