package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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
    void packingRoundsEachValueAndUnpackingGivesItBack() {
        for (int i = 0; i < 500; i++) {
            float[] even = new float[Vectors.LANES], odd = new float[Vectors.LANES];
            for (int k = 0; k < Vectors.LANES; k++) {
                even[k] = sample(2 * k + i);
                odd[k] = sample(2 * k + 1 + i);
            }
            IntVector words = Vectors.pack(FloatVector.fromArray(Vectors.FLOATS, even, 0), FloatVector.fromArray(Vectors.FLOATS, odd, 0));
            for (int k = 0; k < Vectors.LANES; k++) {
                assertEquals(TestMemory.fromBf16(Vectors.bf16(even[k])), Vectors.even(words).lane(k));
                assertEquals(TestMemory.fromBf16(Vectors.bf16(odd[k])), Vectors.odd(words).lane(k));
            }
        }
    }
}
