package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import onebit.engine.CpuFeatures;
import onebit.engine.Precision;
import onebit.model.Shape;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Emulated products beside oneDNN's own in bf16, which it has on every processor with AVX-512, by instructions or not. */
class EmulatedProductTest {

    private static final int IMAGES = 3, KERNEL = 3;
    private static final Layout FROM = new Layout(Precision.BF16, Layout.Order.BLOCKED, new Shape(32, 7, 6));
    private static final Layout TO = new Layout(Precision.BF16, Layout.Order.BLOCKED, new Shape(16, 7, 6));

    /** What the three products give for the same operands. */
    private record Results(float[] forward, float[] sourceGradient, float[] weightGradient) {

        static Results of(boolean emulated, boolean floatResults) {
            try (TestMemory values = new TestMemory(1); HostMemory memory = new HostMemory(); Worker worker = new Worker(0, 0, IMAGES, 0, memory)) {
                OneDnn.singleThreaded();
                OneDnn.Window window = new OneDnn.Window(new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1});
                int results = floatResults ? OneDnn.F32 : OneDnn.BF16, from = IMAGES * FROM.channels * FROM.pixels, to = IMAGES * TO.channels * TO.pixels;
                try (ConvolutionPrimitives products = new ConvolutionPrimitives(new DirectConvolution.Tensors(FROM, TO, KERNEL, Optional.empty()), window, OneDnn.BF16, results,
                    OneDnn.TAG_OIHW, new TreeSet<>(Set.of(IMAGES)), new TreeSet<>(Set.of(IMAGES)), 1, true, emulated, memory)) {
                    long weights = memory.allocate(4 * products.count), gradient = memory.allocate(4 * products.count);
                    products.fromPlain(values.draw(TO.channels * FROM.channels * KERNEL * KERNEL, 1, 1 << 20), weights);
                    products.pack(worker, weights);
                    long source = bf16(values, memory, from), resultGradient = bf16(values, memory, to);
                    long result = memory.allocate(4L * to), sourceGradient = memory.allocate(4L * from);
                    products.forward(worker, IMAGES, source, result);
                    products.backwardData(worker, IMAGES, resultGradient, sourceGradient);
                    products.backwardWeights(worker, IMAGES, source, resultGradient, gradient);
                    return new Results(read(floatResults, result, to), read(floatResults, sourceGradient, from), products.toPlain(gradient));
                }
            }
        }

        private static long bf16(TestMemory values, HostMemory memory, int count) {
            long floats = memory.allocate(4L * count), at = memory.allocate(2L * count);
            float[] drawn = values.draw(count, 1, 1 << 20);
            for (int i = 0; i < count; i++) TestMemory.setFloat(floats + 4L * i, drawn[i]);
            ConversionKernels.round(floats, at, count);
            return at;
        }

        private static float[] read(boolean floats, long at, int count) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) values[i] = floats ? TestMemory.getFloat(at + 4L * i)
                : TestMemory.fromBf16(Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, at + 2L * i));
            return values;
        }
    }

    @ParameterizedTest(name = "results in float32: {0}")
    @ValueSource(booleans = {false, true})
    void givesWhatOneDnnGivesInBf16(boolean floatResults) {
        Assumptions.assumeTrue(CpuFeatures.detect().name().equals("AVX-512") && Vectors.LANES == Layout.BLOCK, "oneDNN has no bf16 here");
        Results expected = Results.of(false, floatResults), emulated = Results.of(true, floatResults);
        // As far as the order of additions goes, and the rounding of results that this brings to the other side of a tie.
        double tolerance = floatResults ? 1e-5 : 0x1p-7;
        assertClose(expected.forward, emulated.forward, tolerance);
        assertClose(expected.sourceGradient, emulated.sourceGradient, tolerance);
        assertClose(expected.weightGradient, emulated.weightGradient, 1e-5);
    }

    private static void assertClose(float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length);
        assertNotEquals(0, expected[expected.length / 2]);
        IntToDoubleFunction allowed = i -> tolerance * Math.max(1, Math.abs(expected[i]));
        for (int i = 0; i < expected.length; i++) assertEquals(expected[i], actual[i], allowed.applyAsDouble(i), "value " + i);
    }
}
