package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import onebit.engine.Precision;
import onebit.kit.results.RunFixture;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiguresCommandTest {

    @TempDir
    Path folder;

    private Shell.Outcome figures() {
        return Shell.run("figures", "--results", folder.resolve("results").toString(), "--out", folder.resolve("figures").toString());
    }

    @Test
    void drawsAllFiguresIntoTheFolder() throws Exception {
        RunFixture fixture = new RunFixture(folder.resolve("results"));
        fixture.finished("a", TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.LAPTOP, "cpu", Precision.BF16), 8500);
        fixture.write("broken", "config.json", "{");

        Shell.Outcome outcome = figures();

        assertEquals(0, outcome.code(), outcome.err());
        assertEquals("Of 1 finished run: 24 files in " + folder.resolve("figures") + "\n", outcome.out());
        assertTrue(outcome.err().startsWith("Left out: ") && outcome.err().contains("broken"), outcome.err());
        try (Stream<Path> files = Files.list(folder.resolve("figures"))) {
            assertEquals(24, files.filter(file -> file.toString().endsWith(".png") || file.toString().endsWith(".svg")).count());
        }
    }

    @Test
    void theTableSaysWhatItLeavesOutToo() {
        new RunFixture(folder.resolve("results")).write("broken", "config.json", "{");

        Shell.Outcome outcome = Shell.run("results", "--results", folder.resolve("results").toString());

        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.err().startsWith("Left out: ") && outcome.err().contains("broken"), outcome.err());
    }

    @Test
    void saysWhereItCannotWrite() throws Exception {
        Files.createDirectory(folder.resolve("results"));
        Files.writeString(folder.resolve("figures"), "a file");

        Shell.Outcome outcome = figures();

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("could not be written") && outcome.errorLines() == 1, outcome.err());
    }
}
