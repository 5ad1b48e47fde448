package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import onebit.kit.results.NotRun;
import onebit.run.UserError;
import onebit.train.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowAttemptsTest {

    private static final Row ROW = Row.of("cifar10-1bit-bn");

    @TempDir
    Path folder;
    private final StringWriter out = new StringWriter(), err = new StringWriter();
    private NotRun notes;
    private RowAttempts attempts;

    @BeforeEach
    void make() {
        notes = new NotRun(folder.resolve("not-run"));
        attempts = new RowAttempts(notes, new ProgressDisplay(new PrintWriter(err), false), new PrintWriter(out), new PrintWriter(err, true));
    }

    @Test
    void whatCannotBeLoadedIsASentenceAndNoted() {
        assertFalse(attempts.attempt(ROW, () -> {
            throw new NoClassDefFoundError("Could not initialize class onebit.cpu.OneDnn");
        }));

        String reason = notes.reasons().get(ROW.id());
        assertTrue(reason.startsWith("A part of the program, or a native library that it needs, could not be loaded (NoClassDefFoundError: Could not "
            + "initialize class onebit.cpu.OneDnn)."), reason);
        assertEquals("cifar10-1bit-bn: not run: " + reason + "\n", out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void whatAPersonCanMendIsItsSentence() {
        assertFalse(attempts.attempt(ROW, () -> {
            throw new UserError("There is no data.");
        }));

        assertEquals(Map.of(ROW.id(), "There is no data."), notes.reasons());
        assertEquals("cifar10-1bit-bn: not run: There is no data.\n", out.toString());
    }

    @Test
    void aFaultOfTheProgramHasItsTraceToo() {
        assertFalse(attempts.attempt(ROW, () -> {
            throw new IllegalStateException("planted");
        }));

        assertEquals(Map.of(ROW.id(), "the program failed: java.lang.IllegalStateException: planted"), notes.reasons());
        assertTrue(err.toString().contains("\tat onebit.kit.command.RowAttemptsTest"), err.toString());
    }

    @Test
    void tooLittleMemoryForARowLeavesTheOthersTheirTurn() {
        assertFalse(attempts.attempt(ROW, () -> {
            throw new OutOfMemoryError("Java heap space");
        }));

        assertEquals(Map.of(ROW.id(), "there is not enough memory for this (Java heap space). Take a smaller width or batch, or give Java more: ONEBIT_JAVA_OPTIONS=-Xmx8g"), notes.reasons());
    }

    @Test
    void aRowThatWasRunIsForgottenAndOneThatWasStoppedIsNot() {
        notes.note(ROW.id(), "no data");

        assertFalse(attempts.attempt(ROW, () -> false));
        assertEquals(Map.of(ROW.id(), "no data"), notes.reasons());

        assertTrue(attempts.attempt(ROW, () -> true));
        assertEquals(Map.of(), notes.reasons());
        assertEquals("", out.toString());
    }
}
