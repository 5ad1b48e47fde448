package onebit.bin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import onebit.bin.Machine.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** bench/gpu-check/run with a Java that prints what it is started with. */
@DisabledOnOs(OS.WINDOWS)
class GpuCheckRunTest {
    @TempDir
    Path folder;

    /** The arguments after the name of the table's file. */
    private String options(String... arguments) throws Exception {
        String said = said(arguments), table = "gpu-check.md|";
        return said.substring(said.indexOf(table) + table.length());
    }

    /** The command that {@code timeout} is given, if there is one, and what it starts, a bar after each word. */
    private String said(String... arguments) throws Exception {
        Path run = folder.resolve("run");
        Files.copy(Machine.SCRIPTS.resolve("../../bench/gpu-check/run"), run);
        Files.copy(Machine.SCRIPTS.resolve("language"), Files.createDirectories(folder.resolve("lib/bin")).resolve("language"));
        Files.createDirectories(folder.resolve("runtime/bin"));
        Machine.script(folder.resolve("runtime/bin/java"), "printf '%s|' \"$@\"\n");
        Files.writeString(Files.createDirectories(folder.resolve("lib/dist")).resolve("sources.sha256"), "1234abcd\n");
        Machine machine = new Machine(folder.resolve("a machine"));
        machine.tool("timeout", "printf '%s|' \"$@\"\n");
        Outcome outcome = Machine.finish(machine.start(run, arguments));
        assertEquals("", outcome.err());
        return outcome.out();
    }

    @ParameterizedTest
    @CsvSource({"--device|cpu, 660", "--minutes|30, 1860", "--minutes=5, 360", "--minutes|08, 540", "--minutes|0, 60", "--minutes|many, 660"})
    void itIsEndedAMinuteAfterTheTimeThatItMayTake(String given, String seconds) throws Exception {
        assertTrue(said(given.split("\\|")).startsWith("--kill-after=10|" + seconds + "|"));
    }

    @Test
    void itTriesTheEngineThatItsFolderHas() throws Exception {
        assertEquals("--engine|torch|--device|cpu|", options("--device", "cpu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--engine|dl4j|", "--engine=dl4j|"})
    void orAnotherThatIsNamed(String named) throws Exception {
        assertEquals("--minutes|5|" + named, options(("--minutes|5|" + named).split("\\|")));
    }
}
