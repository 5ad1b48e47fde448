package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks of workers' images. */
class ChunksTest {

    private static final int FIRST = 5;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 62, 63, 1000})
    void coverEachWorkersImagesOnceInTheSizesThatAreForetold(int most) {
        List<Integer> parts = List.of(0, 1, 15, 62, 63);
        TreeSet<Integer> seen = new TreeSet<>();
        for (int images : parts) {
            List<Integer> covered = new ArrayList<>();
            try (Natives natives = new Natives()) {
                Worker worker = new Worker(0, FIRST, FIRST + images, 0, natives);
                Chunks.of(worker, most, (first, n) -> {
                    assertTrue(n >= 1 && n <= most);
                    assertEquals(FIRST + covered.size(), first);
                    for (int i = 0; i < n; i++) covered.add(first + i);
                    seen.add(n);
                });
            }
            assertEquals(images, covered.size());
        }
        assertEquals(seen, new Chunks(parts).sizes(most));
    }
}
