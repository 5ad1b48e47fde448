package onebit.kit.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WilsonIntervalTest {

    /** Values of other implementations. */
    @ParameterizedTest
    @CsvSource({"0,10,0,27.75", "5,10,23.66,76.34", "10,10,72.25,100", "9625,10000,95.86,96.60"})
    void isWilsonsScoreInterval(int correct, int images, double low, double high) {
        WilsonInterval interval = WilsonInterval.of(correct, images);

        assertEquals(low, interval.low(), 0.005);
        assertEquals(high, interval.high(), 0.005);
    }

    @Test
    void refusesMoreRightThanThereAre() {
        assertThrows(IllegalArgumentException.class, () -> WilsonInterval.of(11, 10));
        assertThrows(IllegalArgumentException.class, () -> WilsonInterval.of(0, 0));
    }
}
