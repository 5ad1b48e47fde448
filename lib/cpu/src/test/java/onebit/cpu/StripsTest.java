package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import onebit.engine.Precision;
import onebit.model.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of weights from strips: in float32, in which every processor computes, and in bf16. */
class StripsTest {

    private static final int KERNEL = 3;

    @Test
    void asManyShareAStripAsFitInto32Pixels() {
        for (int width = 1; width <= 40; width++) {
            int n = Strips.perStrip(width);
            assertTrue(n == 1 || n * (width + 1) - 1 <= 32, "width " + width);
            assertTrue((n + 1) * (width + 1) - 1 > 32, "width " + width);
        }
    }

    @ParameterizedTest(name = "{0}, {1} images of {4}x{5} with {2} and {3} channels")
    @CsvSource({"FLOAT32, 7, 16, 32, 8, 8", "FLOAT32, 1, 16, 16, 8, 8", "FLOAT32, 6, 20, 16, 5, 7", "FLOAT32, 5, 16, 16, 3, 15", "BF16, 7, 32, 32, 8, 8"})
    void giveTheGradientThatTheImagesGive(Precision precision, int images, int from, int to, int height, int width) {
        Bf16.assumeAvailable(precision);
        Layout in = new Layout(precision, Layout.Order.CHANNELS_LAST, new Shape(from, height, width)), out = new Layout(precision, Layout.Order.CHANNELS_LAST, new Shape(to, height, width));
        try (TestMemory values = new TestMemory(1); Natives natives = new Natives()) {
            Worker worker = new Worker(0, 0, images, 0, natives);
            OneDnn.singleThreaded();
            long x = images(values, natives, in, images), dy = images(values, natives, out, images);
            float[] expected = gradient(worker, natives, in, out, images, x, dy, false);
            // What an earlier, fuller chunk left in the strips must not count.
            Strips fuller = new Strips(in, out);
            fuller.ofSource(worker, images + 3, images(values, natives, in, images + 3));
            fuller.ofGradient(worker, images + 3, images(values, natives, out, images + 3));
            float[] actual = gradient(worker, natives, in, out, images, x, dy, true);
            for (int i = 0; i < expected.length; i++) assertEquals(expected[i], actual[i], 1e-4 * Math.max(1, Math.abs(expected[i])), "weight " + i);
        }
    }

    private static long images(TestMemory values, Natives natives, Layout layout, int count) {
        long at = natives.allocate(count * layout.imageBytes);
        for (int i = 0; i < count; i++) layout.store(values.draw(layout.shape.size(), 1, 256), at + i * layout.imageBytes);
        return at;
    }

    private static float[] gradient(Worker worker, Natives natives, Layout in, Layout out, int images, long x, long dy, boolean strips) {
        Optional<Strips> wanted = strips ? Optional.of(new Strips(in, out)) : Optional.empty();
        OneDnn.Window window = new OneDnn.Window(new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1});
        ConvolutionPrimitives products = new ConvolutionPrimitives(new DirectConvolution.Tensors(in, out, KERNEL, wanted), window, in.precision, out.precision,
            OneDnn.TAG_OIHW, new TreeSet<>(Set.of(images)), new TreeSet<>(Set.of(images)), 1, true, Emulation.of(in.precision), natives);
        long gradient = natives.allocate(4 * products.count);
        products.backwardWeights(worker, images, wanted.map(s -> s.ofSource(worker, images, x)).orElse(x),
            wanted.map(s -> s.ofGradient(worker, images, dy)).orElse(dy), gradient);
        return products.toPlain(gradient);
    }
}
