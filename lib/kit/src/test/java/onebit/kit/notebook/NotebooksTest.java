package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import onebit.engine.Precision;
import onebit.kit.Installation;
import onebit.kit.results.RunFixture;
import onebit.run.UserError;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/** The notebooks' cells, on the float64 engine and without data. */
class NotebooksTest {

    @TempDir
    Path folder;

    private final ShownOutput output = new ShownOutput();
    private NotebookSession session;

    /** A data folder with nothing in it. */
    @BeforeEach
    void open() {
        session = session(folder.toString());
    }

    private NotebookSession session(String data) {
        Installation installation = new Installation(folder.resolve("project").resolve("lib"));
        Map<String, String> environment = Map.of("ONEBIT_PROFILE", "smoke", "ONEBIT_ENGINE", "reference", "ONEBIT_DATA", data, "ONEBIT_PUBLISHED", folder.toString());
        return new NotebookSession(NotebookSettings.of(environment, installation), installation, output);
    }

    @Test
    void aRowWithoutItsDataSaysSoAndGoesOn() {
        RowNotebook row = new RowNotebook(session, Row.of("cifar100-1bit-bn"));

        row.train();
        row.curve();
        row.comparison();
        row.classes();
        row.mistakes();

        assertEquals(5, output.texts().size());
        assertTrue(output.texts().stream().allMatch(t -> t.startsWith("not run: ")), output.texts().toString());
        assertEquals(List.of(), output.values);
        assertTrue(session.results().notRun().reasons().get("cifar100-1bit-bn").contains(folder.toString()), "the results table knows why");
        assertEquals(20, row.network().convolutions().size(), "what needs no data is shown");
        assertEquals("cifar100-1bit-bn-smoke-reference-seed1", row.folder().path().getFileName().toString());
    }

    @Test
    void aFinishedRowWithoutItsDataIsShownAsFarAsItGoes() {
        Row row = Row.of("cifar100-1bit-bn");
        new RunFixture(session.results().folder()).finished("cifar100-1bit-bn-smoke-reference-seed1",
            TrainingConfig.of(row, Profile.SMOKE, "reference", Precision.FLOAT64), 1_234, "reference float64");
        session.results().notRun().note(row.id(), "no data");
        RowNotebook notebook = new RowNotebook(session, row);

        notebook.train();
        notebook.comparison();
        notebook.classes();

        assertEquals("cifar100-1bit-bn: test accuracy 12.34 % after epoch 2; finished before; its folder has not been touched", output.texts().getFirst());
        assertTrue(output.texts().getLast().startsWith("not shown: "), output.texts().toString());
        assertEquals(3, output.texts().size());
        assertEquals(Map.of(), session.results().notRun().reasons());
    }

    @Test
    void aRunThatWasBegunOtherwiseSaysByWhatItGoesOn() {
        Row row = Row.of("cifar100-1bit-bn");
        RowNotebook notebook = new RowNotebook(session, row);
        notebook.folder().begin(TrainingConfig.of(row, Profile.SMOKE, "cpu", Precision.BF16), false).close();

        notebook.train();

        assertEquals("The run was begun by cpu bf16 and goes on by reference float64; its results say so.", output.texts().getFirst());
    }

    @Test
    void anInterruptIsSaidAndIsNoReasonForTheResultsTable() {
        RowNotebook row = new RowNotebook(session, Row.of("cifar100-1bit-bn"));

        Thread.currentThread().interrupt();
        row.train();

        assertTrue(Thread.interrupted(), "the kernel sees the interrupt");
        assertTrue(output.texts().getLast().startsWith("not run: "), output.texts().toString());
        assertEquals(Map.of(), session.results().notRun().reasons());
    }

    @Test
    void theDataNotebookShowsWhatRunsHereAndSaysWhatIsMissing() {
        SetupNotebook setup = new SetupNotebook(session);
        assertEquals(List.of("reference"), setup.engines().stringColumn("Engine").asList());
        setup.data("cifar10");
        setup.images("cifar10");
        setup.augmentation("cifar10");
        assertEquals(3, output.texts().stream().filter(t -> t.startsWith("not run: ")).count());
    }

    @Test
    void theDataNotebookShowsImages() {
        String data = System.getenv("ONEBIT_DATA");
        assumeTrue(data != null && Files.isDirectory(Path.of(data, "cifar-10-batches-bin")), "ONEBIT_DATA has no cifar-10-batches-bin");
        SetupNotebook setup = new SetupNotebook(session(data));

        setup.data("cifar10");
        setup.images("cifar10");
        setup.augmentation("cifar10");

        assertTrue(output.texts().getLast().startsWith("CIFAR-10: 50,000 images of 3x32x32 to train on, 10,000 to test, 10 classes; from "), output.texts().toString());
        BufferedImage images = assertInstanceOf(BufferedImage.class, output.values.get(0)), augmented = assertInstanceOf(BufferedImage.class, output.values.get(1));
        assertTrue(images.getHeight() >= 10 * 96 && augmented.getWidth() >= 8 * 96);
        assertFalse(Arrays.equals(tile(augmented, 0), tile(augmented, 1)), "a variant differs from the image");
        assertFalse(Arrays.equals(tile(augmented, 1), tile(augmented, 2)), "and from the next");
    }

    /** Run by a JVM of its own, which has room for one of the two. */
    static final class BothDataSets {
        public static void main(String[] folders) {
            Installation installation = new Installation(Path.of(folders[1]));
            NotebookSession session = new NotebookSession(NotebookSettings.of(Map.of("ONEBIT_DATA", folders[0]), installation), installation, new ShownOutput());
            for (String name : List.of("cifar10", "cifar100")) session.dataset(name);
        }
    }

    @Test
    void dataSetsAreLetGoOfWhenMemoryIsShort() throws Exception {
        String data = System.getenv("ONEBIT_DATA");
        assumeTrue(data != null && Files.isDirectory(Path.of(data, "cifar-10-batches-bin")) && Files.isDirectory(Path.of(data, "cifar-100-binary")),
            "ONEBIT_DATA has not both of cifar-10-batches-bin and cifar-100-binary");
        Path errors = folder.resolve("errors");

        int status = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx320m", "-cp", System.getProperty("java.class.path"),
            BothDataSets.class.getName(), data, folder.toString()).redirectOutput(errors.toFile()).redirectErrorStream(true).start().waitFor();

        assertEquals(0, status, Files.readString(errors));
    }

    private static int[] tile(BufferedImage picture, int column) {
        return picture.getRGB(104 * column, 0, 96, 96, null, 0, 96);
    }

    @Test
    void theModelsNotebookSaysWhichFilesAreMissing() {
        PublishedNotebook models = new PublishedNotebook(session);
        models.sizes();
        models.weights();
        models.scores();
        assertEquals(3, output.texts().stream().filter(t -> t.startsWith("not run: ") && t.contains("CIFAR10_allparams.mat")).count(), output.texts().toString());
    }

    @Test
    void theFiguresNotebookNeedsNoRuns() {
        FiguresNotebook figures = new FiguresNotebook(session);

        Table table = figures.table();

        assertEquals(Row.ALL.stream().map(Row::id).toList(), table.stringColumn("Row").asList());
        assertEquals(8, table.stringColumn("Reproduced, % [95 % interval]").countMissing());
        assertEquals(List.of("not run"), table.stringColumn("Verdict").unique().asList());
        assertTrue(Files.exists(folder.resolve("project").resolve("results").resolve("table.csv")));
        figures.files();
        assertTrue(Files.exists(folder.resolve("project").resolve("figures").resolve("gap.png")));
        assertEquals("gap", figures.gap().name());
    }

    @Test
    void theFiguresNotebookSaysWhichRunsItLeavesOut() {
        new RunFixture(session.results().folder()).write("broken", "config.json", "{");
        FiguresNotebook figures = new FiguresNotebook(session);

        figures.table();
        figures.gap();

        assertEquals(2, output.texts().stream().filter(t -> t.startsWith("Left out: ") && t.contains("broken")).count(), output.texts().toString());
    }

    @Test
    void anErrorThatAPersonCanMendHasNoTrace() {
        UserError error = assertThrows(UserError.class, () -> NotebookSession.inWords(() -> {
            throw new UserError("The disk is full.", new IllegalStateException());
        }));
        assertEquals("The disk is full.", error.getMessage());
        assertEquals(0, error.getStackTrace().length);
    }

    @Test
    void anEngineThatCannotSaysSoWithoutATraceAndAFaultKeepsIts() {
        UserError error = assertThrows(UserError.class, () -> NotebookSession.inWords(() -> {
            throw new UnsupportedOperationException("libtorch sees no GPU.");
        }));
        assertEquals("libtorch sees no GPU.", error.getMessage());
        assertEquals(0, error.getStackTrace().length);
        assertThrows(UserError.class, () -> NotebookSession.inWords(() -> {
            throw new UnsatisfiedLinkError("libdnnl.so.3");
        }));
        assertThrows(UnsupportedOperationException.class, () -> NotebookSession.inWords(() -> List.of().add(null)));
    }

    @Test
    void tooLittleMemorySaysHowANotebookGetsMore() {
        assertEquals("there is not enough memory for this (Java heap space). Take a smaller width or batch, "
            + "or give Java more: set JDK_JAVA_OPTIONS=-Xmx8g before JupyterLab or make reproduce is started", tooLittle("Java heap space"));
        assertEquals("there is not enough memory for this (unable to map 4 GB). Take a smaller width or batch, "
            + "or fewer threads: set ONEBIT_THREADS=1 before JupyterLab or make reproduce is started", tooLittle("unable to map 4 GB"));
    }

    private static String tooLittle(String message) {
        UserError error = assertThrows(UserError.class, () -> NotebookSession.inWords(() -> {
            throw new OutOfMemoryError(message);
        }));
        assertEquals(0, error.getStackTrace().length);
        return error.getMessage();
    }
}
