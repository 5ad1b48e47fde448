package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NotebookProgressTest {

    private final ShownOutput output = new ShownOutput();
    private final NotebookProgress progress = new NotebookProgress(output);

    @Test
    void whatIsDoneAtOnceShowsNothing() {
        for (int attempt = 0; attempt < 20; attempt++) {
            ShownOutput shown = new ShownOutput();
            NotebookProgress quick = new NotebookProgress(shown);
            long begin = System.nanoTime();
            for (int i = 0; i <= 100; i++) quick.update("Reading", i, 100, "images");
            if (System.nanoTime() - begin > 100_000_000) continue; // held up by others
            assertEquals(List.of(), shown.slots);
            return;
        }
        Assumptions.abort("this machine is too busy to do anything at once");
    }

    @Test
    void aLongTaskMovesInItsPlaceAndEndsWithWhatWasDone() throws InterruptedException {
        progress.update("Downloading", 0, 4_000_000, "bytes");
        Thread.sleep(300);
        progress.update("Downloading", 1_000_000, 4_000_000, "bytes");
        progress.update("Downloading", 4_000_000, 4_000_000, "bytes");

        assertEquals(1, output.slots.size());
        NotebookOutput.Content first = output.slots.getFirst().getFirst();
        assertTrue(first.text().matches("Downloading: 1\\.0 of 4\\.0 MB, 0:\\d\\d:\\d\\d left"), first.text());
        assertTrue(first.html().contains("value=\"0.250\""), first.html());
        assertEquals(List.of("Downloading: 4.0 of 4.0 MB"), output.texts());
        assertFalse(output.slots.getFirst().getLast().html().contains("progress"), "what is done needs no bar");
    }
}
