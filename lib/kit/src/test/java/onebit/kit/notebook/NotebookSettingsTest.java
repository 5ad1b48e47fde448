package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import onebit.engine.Device;
import onebit.kit.Installation;
import onebit.run.UserError;
import onebit.train.Profile;
import onebit.train.Row;
import org.junit.jupiter.api.Test;

class NotebookSettingsTest {

    private static final Installation INSTALLATION = new Installation(Path.of("project", "lib"));

    private static NotebookSettings of(String... namesAndValues) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) environment.put(namesAndValues[i], namesAndValues[i + 1]);
        return NotebookSettings.of(environment, INSTALLATION);
    }

    @Test
    void withoutAnyVariableItIsTheQuickProfileInTheProjectsResults() {
        assertEquals(new NotebookSettings(Profile.QUICK, 1, "auto", Device.CPU, "auto", OptionalInt.empty(), Path.of("project", "results"), Optional.empty(), Optional.empty(), 100, true), of());
        assertEquals(of(), of("ONEBIT_PROFILE", " ", "ONEBIT_DATA", ""), "a variable without a value is not set");
    }

    @Test
    void everyVariableIsTaken() {
        assertEquals(new NotebookSettings(Profile.SMOKE, 7, "reference", Device.CUDA, "float64", OptionalInt.of(3), Path.of("r"), Optional.of(Path.of("d")), Optional.of(Path.of("p")), 12, true),
            of("ONEBIT_PROFILE", "smoke", "ONEBIT_SEED", "7", "ONEBIT_ENGINE", "reference", "ONEBIT_DEVICE", "cuda", "ONEBIT_PRECISION", "float64", "ONEBIT_THREADS", "3", "ONEBIT_RESULTS", "r",
                "ONEBIT_DATA", "d", "ONEBIT_PUBLISHED", "p", "ONEBIT_PUBLISHED_LIMIT", "12"));
    }

    @Test
    void notebooksThatAreExecutedAtATimeShareTheProcessorsOfTheCpu() {
        int processors = Runtime.getRuntime().availableProcessors();
        assertEquals(OptionalInt.of(Math.max(1, processors / 2)), of("ONEBIT_JOBS", "2").threads());
        assertEquals(OptionalInt.of(1), of("ONEBIT_JOBS", "1000").threads());
        assertEquals(OptionalInt.empty(), of("ONEBIT_JOBS", "1").threads());
        assertEquals(OptionalInt.empty(), of("ONEBIT_JOBS", "2", "ONEBIT_DEVICE", "cuda").threads());
        assertEquals(OptionalInt.of(5), of("ONEBIT_JOBS", "2", "ONEBIT_THREADS", "5").threads());
    }

    @Test
    void nobodyWatchesWhatMakeReproduceExecutes() {
        assertFalse(of("ONEBIT_JOBS", "1").watched());
        assertTrue(of("ONEBIT_JOBS", "").watched());
    }

    @Test
    void theFirstCellShowsEveryVariable() {
        assertEquals(List.of("ONEBIT_PROFILE", "ONEBIT_SEED", "ONEBIT_ENGINE", "ONEBIT_DEVICE", "ONEBIT_PRECISION", "ONEBIT_THREADS", "ONEBIT_RESULTS", "ONEBIT_DATA", "ONEBIT_PUBLISHED",
            "ONEBIT_PUBLISHED_LIMIT"), of().table().stringColumn(0).asList());
    }

    @Test
    void runFoldersHaveTheNamesOfTheCommandLine() {
        assertEquals("cifar10-1bit-bn-smoke-seed3", of("ONEBIT_PROFILE", "smoke", "ONEBIT_SEED", "3").run(Row.of("cifar10-1bit-bn")).folderName());
    }

    @Test
    void aWrongValueIsRefusedInASentence() {
        assertTrue(assertThrows(UserError.class, () -> of("ONEBIT_PROFILE", "huge")).getMessage().contains("smoke, quick, laptop, evening, paper"));
        assertTrue(assertThrows(UserError.class, () -> of("ONEBIT_SEED", "one")).getMessage().contains("ONEBIT_SEED must be a whole number, not 'one'"));
        assertTrue(assertThrows(UserError.class, () -> of("ONEBIT_THREADS", "many")).getMessage().contains("ONEBIT_THREADS must be a whole number, not 'many'"));
        assertEquals("The number of threads must be from 1 to 1024, not 0.", assertThrows(UserError.class, () -> of("ONEBIT_THREADS", "0")).getMessage());
        assertTrue(assertThrows(UserError.class, () -> of("ONEBIT_PUBLISHED_LIMIT", "-1")).getMessage().contains("not -1"));
    }
}
