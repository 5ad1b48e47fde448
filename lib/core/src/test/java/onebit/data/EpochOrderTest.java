package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {

    @Test
    void visitsEachImageOnce() {
        int[] order = EpochOrder.of(1, 1, 50_000);
        Arrays.sort(order);
        assertArrayEquals(IntStream.range(0, 50_000).toArray(), order);
    }

    @Test
    void isTheSameForTheSameSeedAndEpochOnly() {
        assertArrayEquals(EpochOrder.of(5, 3, 100), EpochOrder.of(5, 3, 100));
        assertFalse(Arrays.equals(EpochOrder.of(5, 3, 100), EpochOrder.of(5, 4, 100)));
        assertFalse(Arrays.equals(EpochOrder.of(5, 3, 100), EpochOrder.of(6, 3, 100)));
    }

    @Test
    void allOrdersAreEquallyLikely() {
        Map<String, Integer> counts = new HashMap<>();
        int draws = 24_000;
        for (int epoch = 1; epoch <= draws; epoch++) counts.merge(Arrays.toString(EpochOrder.of(9, epoch, 4)), 1, Integer::sum);
        assertEquals(24, counts.size());
        double expected = draws / 24.0;
        counts.forEach((order, n) -> assertEquals(expected, n, 6 * Math.sqrt(expected), order));
    }
}
