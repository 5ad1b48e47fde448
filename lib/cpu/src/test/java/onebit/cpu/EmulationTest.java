package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import onebit.engine.CpuFeatures;
import onebit.engine.Precision;
import onebit.model.Shape;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Emulated products of bf16, beside plain loops over the same rounded values, and beside oneDNN's own. */
class EmulationTest {

    private static final int IMAGES = 3, KERNEL = 3, HEIGHT = 7, WIDTH = 6, FROM = 32, TO = 16;

    /** Rounding of a result may bring what the order of additions changed to the other side of a tie. */
    private static final double ROUNDED = 0x1p-7, SUMMED = 1e-5;

    /** Images, channels, rows and columns. */
    private record Images(int channels, double[] values) {

        Images(int channels) {
            this(channels, new double[IMAGES * channels * HEIGHT * WIDTH]);
        }

        int index(int image, int channel, int row, int column) {
            return ((image * channels + channel) * HEIGHT + row) * WIDTH + column;
        }
    }

    /** What a convolution works on: source and result's gradient as they are rounded to bf16, and weights, which it rounds. */
    private record Operands(Images source, Images resultGradient, float[] weights) {

        static Operands draw() {
            try (TestMemory memory = new TestMemory(1)) {
                Images source = new Images(FROM), gradient = new Images(TO);
                for (Images images : new Images[] {source, gradient})
                    for (int i = 0; i < images.values.length; i++) images.values[i] = TestMemory.rounded(Precision.BF16, memory.draw(1, 1 << 20));
                return new Operands(source, gradient, memory.draw(TO * FROM * KERNEL * KERNEL, 1, 1 << 20));
            }
        }

        /** With weights that no rounding changes: oneDNN rounds a tie to the even one, and we away from zero. */
        Operands withoutTies() {
            float[] rounded = weights.clone();
            for (int i = 0; i < rounded.length; i++) rounded[i] = TestMemory.rounded(Precision.BF16, rounded[i]);
            return new Operands(source, resultGradient, rounded);
        }
    }

    /** What the three products give. */
    private record Results(Images forward, Images sourceGradient, double[] weightGradient) {

        static Results byPlainLoops(Operands of) {
            Results r = new Results(new Images(TO), new Images(FROM), new double[of.weights.length]);
            for (int i = 0; i < of.weights.length; i++) {
                double weight = TestMemory.rounded(Precision.BF16, of.weights[i]);
                int x = i % KERNEL - 1, y = i / KERNEL % KERNEL - 1, from = i / KERNEL / KERNEL % FROM, to = i / KERNEL / KERNEL / FROM;
                for (int image = 0; image < IMAGES; image++)
                    for (int row = Math.max(0, -y); row < Math.min(HEIGHT, HEIGHT - y); row++)
                        for (int column = Math.max(0, -x); column < Math.min(WIDTH, WIDTH - x); column++) {
                            int source = of.source.index(image, from, row + y, column + x), result = r.forward.index(image, to, row, column);
                            r.forward.values[result] += weight * of.source.values[source];
                            r.sourceGradient.values[source] += weight * of.resultGradient.values[result];
                            r.weightGradient[i] += of.source.values[source] * of.resultGradient.values[result];
                        }
            }
            return r;
        }

        static Results byOneDnn(Operands of, Layout.Order order, Precision results, boolean emulated) {
            Layout from = layout(FROM, order), to = layout(TO, order);
            try (Natives natives = new Natives()) {
                Worker worker = new Worker(0, 0, IMAGES, 0, natives);
                OneDnn.singleThreaded();
                OneDnn.Window window = new OneDnn.Window(new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1});
                ConvolutionPrimitives products = new ConvolutionPrimitives(new DirectConvolution.Tensors(from, to, KERNEL, Optional.empty()), window,
                    Precision.BF16, results, OneDnn.TAG_OIHW, new TreeSet<>(Set.of(IMAGES)), new TreeSet<>(Set.of(IMAGES)), 1, true, emulated, natives);
                long weights = natives.allocate(4 * products.count), gradient = natives.allocate(4 * products.count);
                products.fromPlain(of.weights, weights);
                products.pack(worker, weights);
                long source = store(of.source, from, natives), resultGradient = store(of.resultGradient, to, natives);
                long result = natives.allocate(2 * IMAGES * to.imageBytes), sourceGradient = natives.allocate(2 * IMAGES * from.imageBytes);
                products.forward(worker, IMAGES, source, result);
                products.backwardData(worker, IMAGES, resultGradient, sourceGradient);
                products.backwardWeights(worker, IMAGES, source, resultGradient, gradient);
                float[] weightGradient = products.toPlain(gradient);
                double[] values = new double[weightGradient.length];
                for (int i = 0; i < values.length; i++) values[i] = weightGradient[i];
                return new Results(read(result, to.in(results)), read(sourceGradient, from.in(results)), values);
            }
        }

        private static Layout layout(int channels, Layout.Order order) {
            return new Layout(Precision.BF16, order, new Shape(channels, HEIGHT, WIDTH));
        }

        private static long store(Images images, Layout layout, Natives natives) {
            long at = natives.allocate(IMAGES * layout.imageBytes);
            float[] image = new float[images.channels * HEIGHT * WIDTH];
            for (int n = 0; n < IMAGES; n++) {
                for (int i = 0; i < image.length; i++) image[i] = (float) images.values[n * image.length + i];
                layout.store(image, at + n * layout.imageBytes);
            }
            return at;
        }

        private static Images read(long at, Layout layout) {
            Images images = new Images(layout.channels);
            for (int n = 0; n < IMAGES; n++)
                for (int c = 0; c < layout.channels; c++)
                    for (int i = 0; i < layout.pixels; i++) {
                        long value = at + n * layout.imageBytes + layout.offset(c, i);
                        images.values[(n * layout.channels + c) * layout.pixels + i] = layout.precision == Precision.FLOAT32 ? TestMemory.getFloat(value)
                            : TestMemory.fromBf16(Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, value));
                    }
            return images;
        }
    }

    @ParameterizedTest(name = "{0}, results in {1}")
    @CsvSource({"BLOCKED, BF16", "BLOCKED, FLOAT32", "CHANNELS_LAST, BF16", "CHANNELS_LAST, FLOAT32"})
    void givesWhatPlainLoopsGive(Layout.Order order, Precision results) {
        Operands operands = Operands.draw();
        assertClose(Results.byPlainLoops(operands), Results.byOneDnn(operands, order, results, true), results);
    }

    @ParameterizedTest(name = "results in {0}")
    @CsvSource({"BF16", "FLOAT32"})
    void givesWhatOneDnnGivesInBf16(Precision results) {
        Assumptions.assumeTrue(CpuFeatures.detect().name().equals("AVX-512") && Vectors.LANES == Layout.BLOCK, "oneDNN has no bf16 here");
        Operands operands = Operands.draw().withoutTies();
        assertClose(Results.byOneDnn(operands, Layout.Order.BLOCKED, results, false), Results.byOneDnn(operands, Layout.Order.BLOCKED, results, true), results);
    }

    private static void assertClose(Results expected, Results actual, Precision results) {
        double tolerance = results == Precision.BF16 ? ROUNDED : SUMMED;
        assertClose(expected.forward.values, actual.forward.values, tolerance);
        assertClose(expected.sourceGradient.values, actual.sourceGradient.values, tolerance);
        assertClose(expected.weightGradient, actual.weightGradient, SUMMED);
    }

    private static void assertClose(double[] expected, double[] actual, double tolerance) {
        assertEquals(expected.length, actual.length);
        assertNotEquals(0, expected[expected.length / 2]);
        for (int i = 0; i < expected.length; i++) assertEquals(expected[i], actual[i], tolerance * Math.max(1, Math.abs(expected[i])), "value " + i);
    }
}
