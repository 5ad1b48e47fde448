package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where there is no terminal, and the line that moves on one. */
class ProgressDisplayTest {

    final StringWriter text = new StringWriter();
    final ProgressDisplay display = new ProgressDisplay(new PrintWriter(text, true), false);

    @Test
    void endsATaskWithALineThatSaysAll() {
        display.update("Downloading a.jar", 0, 2_500_000, "bytes");
        display.update("Downloading a.jar", 2_500_000, 2_500_000, "bytes");

        assertEquals("Downloading a.jar 100 %  2.5 of 2.5 MB\n", text.toString());
    }

    @Test
    void showsATasksOwnWords() {
        display.tell("cifar10-1bit-bn", 149, 200, "epoch 2/2, step 199/400, loss 1.3");
        display.tell("cifar10-1bit-bn", 150, 200, "epoch 2/2, step 200/400, loss 1.2");
        display.end();

        assertEquals("cifar10-1bit-bn  75 %  epoch 2/2, step 200/400, loss 1.2", text.toString().lines().toList().getLast());
    }

    @Test
    void whatHasNoTotalIsAllThereWasInTheEnd() {
        display.update("Unpacking", 0, -1, "files");
        display.update("Unpacking", 3, -1, "files");
        display.end();

        assertEquals("Unpacking 100 %  3 of 3 files", text.toString().lines().toList().getLast());
    }

    @Test
    void endsTheLineOfOneTaskBeforeTheNextIsShown() {
        display.tell("first", 0, 2, "nothing");
        display.tell("first", 1, 2, "half");
        display.tell("second", 0, 4, "nothing");
        display.tell("second", 1, 4, "a quarter");
        display.say("done");

        assertEquals(List.of("first  50 %  half", "second  25 %  a quarter", "done"), text.toString().lines().distinct().toList());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        120, '7/8 cifar10-1bit-bn [=======             ]  33 %  epoch 1/2, step 103/400, 2,900 images/s, ETA 0:01:40, loss 1.9473'
        100, '7/8 cifar10-1bit-bn [==   ]  33 %  epoch 1/2, step 103/400, 2,900 images/s, ETA 0:01:40, loss 1.9473'
        95,  '7/8 cifar10-1bit-bn  33 %  epoch 1/2, step 103/400, 2,900 images/s, ETA 0:01:40, loss 1.9473'
        79,  '33 %  epoch 1/2, step 103/400, 2,900 images/s, ETA 0:01:40, loss 1.9473'
        66,  'epoch 1/2, step 103/400, 2,900 images/s, ETA 0:01:40, loss 1.9473'
        40,  'epoch 1/2, step 103/400, 2,900 images/s,'
        0,   ''
        """)
    void aMovingLineKeepsWhatIsSaidAndLeavesOutWhatThereIsNoRoomFor(int length, String expected) {
        String line = ProgressDisplay.moving("7/8 cifar10-1bit-bn", OptionalDouble.of(0.33), "epoch 1/2, step 103/400, 2,900 images/s, ETA 0:01:40, loss 1.9473", length);
        assertEquals(length, line.length());
        assertEquals(expected, line.stripTrailing());
    }

    @Test
    void aMovingLineWithoutATotalHasNoBar() {
        assertEquals("Unpacking  3 files      ", ProgressDisplay.moving("Unpacking", OptionalDouble.empty(), "3 files", 24));
    }
}
