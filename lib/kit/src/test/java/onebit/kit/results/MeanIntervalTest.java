package onebit.kit.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MeanIntervalTest {

    /** By hand: mean 58, deviation 1, t(0.975; 2) = 4.3027; and mean 2, deviation sqrt(2), t(0.975; 1) = 12.7062. */
    @Test
    void isStudentsIntervalOfTheMean() {
        MeanInterval three = MeanInterval.of(57, 58, 59), two = MeanInterval.of(1, 3);

        assertEquals(58 - 4.3027 / Math.sqrt(3), three.low(), 1e-4);
        assertEquals(58 + 4.3027 / Math.sqrt(3), three.high(), 1e-4);
        assertEquals(2 + 12.7062, two.high(), 1e-4);
    }

    @Test
    void needsTwoSamples() {
        assertThrows(IllegalArgumentException.class, () -> MeanInterval.of(1));
    }
}
