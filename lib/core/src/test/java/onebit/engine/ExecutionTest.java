package onebit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutionTest {

    @ParameterizedTest
    @EnumSource(Device.class)
    void isReadBackFromItsWords(Device device) {
        for (Precision precision : Precision.values()) assertEquals(new Execution("torch", device, precision), Execution.of(new Execution("torch", device, precision).label()));
    }

    @Test
    void namesTheDeviceIfItIsNotTheCpu() {
        assertEquals("cpu bf16", new Execution("cpu", Device.CPU, Precision.BF16).label());
        assertEquals("torch float32 on cuda", new Execution("torch", Device.CUDA, Precision.FLOAT32).label());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cpu", " bf16", "cpu bf8", "cpu bf16 on tpu"})
    void otherWordsAreRefused(String label) {
        assertThrows(IllegalArgumentException.class, () -> Execution.of(label));
    }
}
