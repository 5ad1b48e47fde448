package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelWatchTest {

    @Test
    void watchesTheProcessThatSaysItIsTheParent() {
        assertTrue(KernelWatch.mayWatch(Map.of("JPY_PARENT_PID", "41"), 41));
    }

    @Test
    void aKernelWithoutSuchAParentIsLeftAlone() {
        assertFalse(KernelWatch.mayWatch(Map.of(), 41));
        assertFalse(KernelWatch.mayWatch(Map.of("JPY_PARENT_PID", "40"), 41), "started through another process");
    }
}
