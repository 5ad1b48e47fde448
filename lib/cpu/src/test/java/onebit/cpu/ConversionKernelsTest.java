package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onebit.engine.Precision;
import org.junit.jupiter.api.Test;

class ConversionKernelsTest {

    @Test
    void valuesAreRoundedOneByOneAndComeBackAsRounded() {
        int count = 5 * Vectors.LANES;
        try (TestMemory memory = new TestMemory(1)) {
            float[] values = memory.draw(count, 3, 1 << 14);
            long floats = memory.allocate(4L * count), bf16 = memory.allocate(2L * count + 4), back = memory.allocate(4L * count);
            TestMemory.setFloat(bf16 + 2L * count, 7);
            for (int i = 0; i < count; i++) TestMemory.setFloat(floats + 4L * i, values[i]);
            ConversionKernels.round(floats, bf16, count);
            ConversionKernels.widen(bf16, back, count);
            for (int i = 0; i < count; i++) assertEquals(TestMemory.rounded(Precision.BF16, values[i]), TestMemory.getFloat(back + 4L * i), "value " + i);
            assertEquals(7, TestMemory.getFloat(bf16 + 2L * count), "behind the last");
        }
    }
}
