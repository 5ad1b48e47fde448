package onebit.kit.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import onebit.kit.gpu.CheckTable.Finding;
import onebit.kit.gpu.CheckTable.Outcome;
import onebit.testing.EngineComparison;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTableTest {

    @TempDir
    Path folder;

    private final StringWriter shown = new StringWriter();

    private CheckTable table(Duration limit) {
        return new CheckTable(folder.resolve("table.md"), "# A card", limit, new PrintWriter(shown));
    }

    private static EngineComparison found(double output, double gradient, double momentum) {
        return new EngineComparison(output, 0, Map.of("weight", gradient), Map.of(), Map.of("weight", momentum));
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(folder.resolve("table.md"));
    }

    @Test
    void saysWhichStepIsRunningSoThatACrashShowsWhere() throws Exception {
        CheckTable table = table(Duration.ofMinutes(1));
        table.step("first", () -> Finding.told("42"));
        table.step("second", () -> {
            assertTrue(lines().get(4).startsWith("| first | 42 |  |  | "), lines().toString());
            assertEquals("| second | running |  |  |  |", lines().getLast());
            return Finding.told("a | b");
        });
        assertTrue(lines().getLast().startsWith("| second | a / b |"), lines().toString());
        assertEquals(2, shown.toString().lines().count());
        assertEquals(2, table.count(Outcome.TOLD));
    }

    @Test
    void aWrongStepAndOneThatThrowsAreFaultsAndTheNextIsRun() throws Exception {
        CheckTable table = table(Duration.ofMinutes(1));
        table.step("wrong", () -> Finding.errors(found(2e-4, 0, 0), 1e-4, 1e-3));
        table.step("not a number", () -> Finding.errors(found(0, Double.NaN, 0), 1e-4, 1e-3));
        table.step("throws", () -> {
            throw new UnsatisfiedLinkError("no such function");
        });
        table.step("right", () -> Finding.errors(found(1e-4, 1e-3, 1e-3), 1e-4, 1e-3));
        table.step("wrong update", () -> Finding.errors(found(0, 0, 0.01), 1e-4, 1e-3));
        assertEquals(3, table.count(Outcome.WRONG));
        assertEquals(1, table.count(Outcome.FAILED));
        assertTrue(lines().get(4).startsWith("| wrong | 2.0e-04, 0.0e+00, 0.0e+00 | 1e-04, 1e-03, 1e-03 | WRONG |"), lines().toString());
        assertTrue(lines().get(6).startsWith("| throws | no such function |  | FAILED |"), lines().toString());
        assertTrue(lines().get(7).contains("| ok |"), lines().toString());
    }

    @Test
    void beginsNothingWhenTheTimeIsOver() throws Exception {
        CheckTable table = table(Duration.ZERO);
        table.step("late", () -> {
            throw new AssertionError("was begun");
        });
        assertEquals("| late | the time was over |  | not begun |  |", lines().getLast());
        assertEquals(1, table.count(Outcome.NOT_BEGUN));
    }
}
