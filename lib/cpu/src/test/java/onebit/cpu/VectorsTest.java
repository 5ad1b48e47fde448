package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jdk.incubator.vector.FloatVector;
import onebit.engine.Precision;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;
import org.junit.jupiter.api.Test;

/** float32 to bf16 and back. */
class VectorsTest {

    private static final float[] EDGES = {0f, -0f, 1f, 1 + 0x1p-8f, 1 + 0x3p-8f, -1 - 0x1p-8f, 1 + 0x1p-9f, 1 + 0x1.002p-8f, Float.MIN_NORMAL, 3e38f, -3e38f,
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    private static float sample(int i) {
        if (i < EDGES.length) return EDGES[i];
        CounterRandom random = new CounterRandom(1, Purpose.SYNTHETIC, 0, i);
        return (float) (random.nextGaussian() * Math.pow(2, random.nextInt(60) - 30));
    }

    @Test
    void roundingGoesToTheNearestAndTiesAwayFromZero() {
        for (int i = 0; i < 2000; i++) {
            float value = sample(i);
            float expected = Float.isInfinite(value) ? value : TestMemory.rounded(Precision.BF16, value);
            assertEquals(expected, TestMemory.fromBf16(Vectors.bf16(value)), "of " + value);
        }
    }

    @Test
    void storingRoundsEachValueAndLoadingGivesItBack() {
        try (TestMemory memory = new TestMemory(1)) {
            long address = memory.allocate(Vectors.BYTES);
            for (int i = 0; i < 500; i++) {
                float[] values = new float[Vectors.LANES];
                for (int k = 0; k < values.length; k++) values[k] = sample(k + i);
                FloatVector vector = FloatVector.fromArray(Vectors.FLOATS, values, 0);
                Vectors.storeBf16(vector, address);
                FloatVector loaded = Vectors.loadBf16(address), rounded = Vectors.roundedToBf16(vector);
                for (int k = 0; k < values.length; k++) {
                    assertEquals(TestMemory.fromBf16(Vectors.bf16(values[k])), loaded.lane(k));
                    assertEquals(loaded.lane(k), rounded.lane(k));
                }
            }
        }
    }
}
