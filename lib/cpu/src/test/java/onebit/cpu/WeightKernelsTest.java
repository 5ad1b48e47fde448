package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onebit.engine.Precision;
import onebit.quant.OneBit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WeightKernelsTest {

    /** Whole vectors, more than one. */
    private static final int COUNT = 6 * Vectors.LANES;

    private final TestMemory memory = new TestMemory(1);

    @AfterEach
    void free() {
        memory.close();
    }

    private long stored(float[] values) {
        long at = memory.allocate(4L * values.length);
        for (int i = 0; i < values.length; i++) TestMemory.setFloat(at + 4L * i, values[i]);
        return at;
    }

    private static float[] read(long at, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = TestMemory.getFloat(at + 4L * i);
        return values;
    }

    private static void assertSame(float[] expected, long at) {
        float[] actual = read(at, expected.length);
        for (int i = 0; i < expected.length; i++) assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(actual[i]), "value " + i);
    }

    @Test
    void oneBitIsPlusTheConstantForZeroOfEitherSignAndAsTheQuantizerHasIt() {
        float[] weights = memory.draw(COUNT, 1, 1024), expected = new float[COUNT];
        float[] edges = {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, -Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE};
        for (int i = 0; i < edges.length; i++) weights[(3 * i + 1) % COUNT] = edges[i];
        new OneBit().quantize(weights, 9 * 16, expected);
        long quantized = stored(new float[COUNT]);
        WeightKernels.oneBit(stored(weights), quantized, COUNT, OneBit.scale(9 * 16));
        assertSame(expected, quantized);
        assertEquals(OneBit.scale(9 * 16), TestMemory.getFloat(quantized + 4), "0");
        assertEquals(OneBit.scale(9 * 16), TestMemory.getFloat(quantized + 16), "-0");
    }

    @Test
    void roundsToTheNearestBf16() {
        float[] weights = memory.draw(COUNT, 3, 1 << 20), expected = new float[COUNT];
        for (int i = 0; i < COUNT; i++) expected[i] = TestMemory.rounded(Precision.BF16, weights[i]);
        long rounded = stored(new float[COUNT]);
        WeightKernels.roundToBf16(stored(weights), rounded, COUNT);
        assertSame(expected, rounded);
    }

    @Test
    void addAdds() {
        float[] a = memory.draw(COUNT, 4, 64), b = memory.draw(COUNT, 4, 64), expected = new float[COUNT];
        for (int i = 0; i < COUNT; i++) expected[i] = a[i] + b[i];
        long to = stored(a), from = stored(b);
        WeightKernels.add(to, from, COUNT);
        assertSame(expected, to);
        assertSame(b, from);
    }

    @Test
    void descentMovesByMomentumAndTheGradientWithDecay() {
        float rate = 0.125f, momentum = 0.5f, decay = 0.25f;
        float[] w = memory.draw(COUNT, 4, 64), v = memory.draw(COUNT, 4, 64), g = memory.draw(COUNT, 4, 64), steps = new float[COUNT], moved = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            steps[i] = (float) (momentum * (double) v[i] - rate * (g[i] + decay * (double) w[i]));
            moved[i] = w[i] + steps[i];
        }
        long weights = stored(w), velocities = stored(v), gradients = stored(g);
        WeightKernels.descend(weights, velocities, gradients, COUNT, rate, momentum, decay);
        assertSame(steps, velocities);
        assertSame(moved, weights);
        assertSame(g, gradients);
    }
}
