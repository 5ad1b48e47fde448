package onebit.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import onebit.engine.Device;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {

    @TempDir
    Path temp;

    private final TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "reference", Precision.FLOAT64).withDepth(8);
    private final Graph graph = config.graph(new Shape(3, 8, 8), 10);
    private final NamedTensors state = InitialWeights.state(graph, 3);
    private final EpochMetrics epoch = new EpochMetrics(1, 0.1 / 3, Math.PI, 1.0E-5, 0.1 + 0.2, Math.E, 1.0 / 7, 12.5, 3.25, 1e7 / 3);
    private final Provenance provenance = new Provenance(Map.of("b", "2", "a", "1"), 7, 100, 0.5, 2.0, List.of());
    private RunFolder folder;

    @BeforeEach
    void makeFolder() {
        folder = new RunFolder(temp.resolve("runs").resolve("one"));
    }

    private Checkpoint checkpoint() {
        return new Checkpoint(new Checkpoint.Progress(2, 17, 1.0 / 3, 1234567890123L, 0.1, List.of(epoch)), Optional.of(provenance), state);
    }

    private String refused(Runnable action) {
        return assertThrows(UserError.class, action::run).getMessage();
    }

    @Test
    void whatIsSavedIsReadBackExactly() {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
        }
        assertEquals(config, folder.config());
        assertEquals(Optional.of(checkpoint()), folder.checkpoint());
        assertEquals(List.of(epoch), folder.metrics());
        assertEquals(Optional.of(provenance), folder.provenance());
        assertEquals(Optional.empty(), folder.result());
    }

    @Test
    void metricsThatAKillKeptFromTheFileAreWrittenWithTheNextCheckpoint() throws IOException {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
            Files.writeString(folder.file(RunFolder.METRICS), EpochMetrics.HEADER + "\n");
            journal.save(checkpoint());
        }
        assertEquals(List.of(epoch), folder.metrics());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "epoch\n", EpochMetrics.HEADER + "\n1,2,three\n", "\u00ff"})
    void metricsThatAreDamagedAreTheCheckpointsAndAreWrittenAnewWithTheNextOne(String damaged) throws IOException {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
        }
        Files.write(folder.file(RunFolder.METRICS), damaged.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of(epoch), folder.metrics());
        assertTrue(refused(() -> folder.begin(config, false)).contains("(1 of 2 epochs)"));
        try (RunJournal journal = folder.begin(config, true)) {
            journal.save(checkpoint());
        }
        assertEquals(EpochMetrics.csv(List.of(epoch)), Files.readString(folder.file(RunFolder.METRICS)));
    }

    @Test
    void aFinishedRunKeepsItsModelAndNoCheckpoint() throws IOException {
        var result = new RunResult("cifar10-1bit-bn", 10_000, 6000, 60, 1.5, 50, 1.25, 2, 50_000, 99.5, 0.25);
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
            journal.finish(List.of(epoch), provenance, graph, state, result);
        }
        assertEquals(Optional.of(result), folder.result());
        assertEquals(List.of(epoch), folder.metrics());
        assertEquals(Optional.of(provenance), folder.provenance());
        assertEquals(Optional.empty(), folder.checkpoint());
        assertEquals(graph, folder.model().graph());
        assertEquals("cifar10", folder.model().dataset());
    }

    @Test
    void aCheckpointThatAKillLeftInAFinishedRunIsRemovedWhenNobodyIsAtTheFolder() {
        var result = new RunResult("cifar10-1bit-bn", 10_000, 6000, 60, 1.5, 50, 1.25, 2, 50_000, 99.5, 0.25);
        try (RunJournal journal = folder.begin(config, false)) {
            journal.finish(List.of(epoch), provenance, graph, state, result);
            journal.save(checkpoint());
            folder.deleteLeftCheckpoint();
        }
        assertEquals(Optional.of(checkpoint()), folder.checkpoint());
        folder.deleteLeftCheckpoint();
        assertEquals(Optional.empty(), folder.checkpoint());
    }

    @Test
    void theCheckpointOfAnUnfinishedRunIsNotRemoved() {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
        }
        folder.deleteLeftCheckpoint();
        assertEquals(Optional.of(checkpoint()), folder.checkpoint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar10-1bit-bn", "cifar10-full-bn", "cifar10-1bit-srelu"})
    void theModelHasTheWeightsThatItsConvolutionsUse(String row) {
        TrainingConfig config = TrainingConfig.of(Row.of(row), Profile.QUICK, "reference", Precision.FLOAT64).withDepth(8);
        Graph graph = config.graph(new Shape(3, 10, 10), 10);
        NamedTensors state = InitialWeights.state(graph, 3);
        Path file = temp.resolve("model");
        ModelFile.write(file, graph, state);
        NamedTensors read = ModelFile.read(file, config).state();
        for (Graph.Parameter parameter : graph.parameters()) {
            float[] before = state.get(parameter.name()).values(), after = read.get(parameter.name()).values();
            if (parameter.node() instanceof Node.Conv conv) {
                before = quantized(conv, before);
                after = quantized(conv, after);
            }
            assertArrayEquals(before, after, parameter.name());
        }
    }

    /** Another program that reads the bits, and every model stored so far, relies on their order. */
    @Test
    void theBitsOfAModelAreInTheOrderThatTheFormatSays() throws IOException {
        TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "reference", Precision.FLOAT64).withDepth(8);
        Graph graph = config.graph(new Shape(3, 10, 10), 10);
        NamedTensors state = InitialWeights.state(graph, 3);
        float[] weights = state.get("conv0.weight").values();
        Arrays.fill(weights, -0.5f);
        for (int positive : new int[] {0, 3, 9, 20}) weights[positive] = 0.25f;
        weights[17] = 0;
        Path file = temp.resolve("model");
        ModelFile.write(file, graph, state);

        byte[] bits = ((SafeTensors.Bytes) SafeTensors.read(file, "").entries().get("conv0.weight.bits")).values();
        assertEquals(54, bits.length);
        assertArrayEquals(new byte[] {0b1001, 0b10, 0b10010, 0}, Arrays.copyOf(bits, 4));
        float[] read = ModelFile.read(file, config).state().get("conv0.weight").values();
        for (int i = 0; i < 32; i++) assertEquals(List.of(0, 3, 9, 17, 20).contains(i), read[i] > 0, "weight " + i);
    }

    private static float[] quantized(Node.Conv conv, float[] weights) {
        float[] result = new float[weights.length];
        conv.quantizer().quantize(weights, conv.fanIn(), result);
        return result;
    }

    @Test
    void aOneBitModelOfTwentyLayersAndWidthOneTakesLessThan50Kilobytes() throws IOException {
        Graph graph = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "x", Precision.BF16).graph(new Shape(3, 32, 32), 10);
        Path file = temp.resolve("model");
        ModelFile.write(file, graph, InitialWeights.state(graph, 1));
        assertTrue(Files.size(file) < 50_000, "it takes " + Files.size(file));
    }

    @Test
    void aFolderWithARunIsRefusedUnlessItIsToBeResumed() {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(new Checkpoint(Checkpoint.Progress.start(), Optional.of(provenance), state));
        }
        String message = refused(() -> folder.begin(config, false));
        assertTrue(message.contains("holds a run already (0 of 2 epochs)") && message.contains("--resume"), message);
        folder.begin(config, true).close();
    }

    @Test
    void anUnfinishedRunWithoutItsCheckpointKeepsWhatItHasReported() throws IOException {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
        }
        Files.delete(folder.file(RunFolder.CHECKPOINT));

        String message = refused(() -> folder.begin(config, true));
        assertTrue(message.contains("(1 of 2 epochs) and cannot go on: its checkpoint.safetensors is gone"), message);
        assertEquals(message, refused(folder::model));
        assertFalse(refused(() -> folder.begin(config, false)).contains("--resume"));
        assertEquals(List.of(epoch), folder.metrics());
    }

    @Test
    void resumingWhereNothingIsBegins() {
        folder.begin(config, true).close();
        assertEquals(config, folder.config());
    }

    @Test
    void aFolderWithOtherFilesIsRefusedAndLeftAlone() throws IOException {
        Files.createDirectories(folder.path());
        Files.writeString(folder.path().resolve("thesis.txt"), "precious");
        for (boolean resume : new boolean[] {false, true}) {
            String message = refused(() -> folder.begin(config, resume));
            assertTrue(message.contains("'thesis.txt'"), message);
        }
        try (var files = Files.list(folder.path())) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aFileInThePlaceOfTheFolderIsRefused() throws IOException {
        Files.createDirectories(folder.path().getParent());
        Files.writeString(folder.path(), "");
        assertTrue(refused(() -> folder.begin(config, false)).contains("is a file"));
    }

    @Test
    void aRunOfOtherSettingsIsRefusedByNamingThem() {
        folder.begin(config, false).close();
        String message = refused(() -> folder.begin(config.withWidth(4).withSeed(5), true));
        assertTrue(message.contains("width is 1, not 4; seed is 1, not 5"), message);
    }

    @Test
    void aRunMayGoOnByAnotherEngineDeviceAndPrecisionAndKeepsSayingByWhatItWasBegun() {
        folder.begin(config, false).close();
        TrainingConfig other = TrainingConfig.of(Row.of(config.row()), Profile.QUICK, "another", Precision.BF16).withDevice(Device.CUDA)
            .withDepth(config.depth()).withWidth(config.width()).withEpochs(config.epochs())
            .withBatchSize(config.batchSize()).withSeed(config.seed()).withLimits(config.trainLimit(), config.testLimit());
        assertFalse(other.execution().equals(config.execution()));
        folder.begin(other, true).close();
        assertEquals(config, folder.config());
    }

    @Test
    void partsOfFilesThatAKillLeftAreNoObstacleAndAreRemoved() throws IOException {
        Files.createDirectories(folder.path());
        Path part = folder.path().resolve("config.json.0d3e46a1-9f6b-4e0c-8d6f-2f1f6f7b9a10.part");
        Files.writeString(part, "{");
        folder.begin(config, false).close();
        assertFalse(Files.exists(part));
    }

    @Test
    void twoRunsInOneFolderAreRefused() {
        try (RunJournal first = folder.begin(config, false)) {
            String message = refused(() -> folder.begin(config, true));
            assertTrue(message.startsWith("Another run is writing to " + folder.path()), message);
            assertEquals(config, first.folder().config());
        }
        folder.begin(config, true).close();
    }

    @Test
    void aRunOfAnotherProcessIsRefusedEvenAfterOneOfTheSameProcessWas() throws Exception {
        try (RunJournal journal = folder.begin(config, false)) {
            refused(() -> journal.folder().begin(config, true));
            assertEquals("refused", tryFromAnotherProcess());
        }
        assertEquals("begun", tryFromAnotherProcess());
    }

    private String tryFromAnotherProcess() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), OtherProcess.class.getName(), folder.path().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes()).strip();
        process.waitFor();
        return output;
    }

    /** Tries to have a folder for itself. */
    static final class OtherProcess {
        public static void main(String[] folder) {
            RunFolder run = new RunFolder(Path.of(folder[0]));
            try (RunJournal _ = run.begin(run.config(), true)) {
                System.out.println("begun");
            } catch (UserError e) {
                System.out.println(e.getMessage().startsWith("Another run is writing") ? "refused" : e.getMessage());
            }
        }
    }

    @Test
    void aTruncatedCheckpointIsASentence() throws IOException {
        Path file = checkpointFile();
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 7, 8, 200, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            String message = refused(() -> folder.checkpoint());
            assertTrue(message.contains(file + " is truncated") && message.contains("begin it again"), message);
        }
    }

    @Test
    void aByteAlteredAnywhereInACheckpointIsFound() throws IOException {
        NamedTensors small = new NamedTensors();
        for (String name : List.of("conv.weight", NamedTensors.momentum("conv.weight"), "norm.mean"))
            small.put(name, new Tensor(List.of(2, 1), new float[] {1.5f, -2}));
        Path file = temp.resolve("checkpoint");
        new Checkpoint(Checkpoint.Progress.start(), Optional.of(provenance), small).write(file);
        byte[] whole = Files.readAllBytes(file);
        assertEquals(small, Checkpoint.read(file).state());
        for (int position = 0; position < whole.length; position++) {
            for (int bit : new int[] {1, 32}) { // the latter makes other case of a letter
                byte[] altered = whole.clone();
                altered[position] ^= (byte) bit;
                Files.write(file, altered);
                String message = refused(() -> Checkpoint.read(file));
                assertTrue(message.contains("is damaged") || message.contains("is truncated"), position + ": " + message);
            }
        }
    }

    @Test
    void aCheckpointWithBytesForATensorIsRefused() {
        Path file = temp.resolve("checkpoint");
        new SafeTensors(Map.of("format", "onebit-checkpoint-1"), Map.of("conv.weight", new SafeTensors.Bytes(new byte[3]))).write(file);
        assertTrue(refused(() -> Checkpoint.read(file)).contains("'conv.weight' in it are bytes"));
    }

    /** As written before the names, types and shapes of tensors had a checksum of their own. */
    @Test
    void aFileOfTheFormerFormatIsRead() throws IOException {
        String header = """
            {"__metadata__":{"a":"1","b":"2","crc32c":"395390b7"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"y":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 11).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length())
            .put(header.getBytes(StandardCharsets.UTF_8)).putFloat(1.5f).putFloat(-2).put(new byte[] {7, 8, 9});
        Path file = Files.write(temp.resolve("file"), bytes.array());

        SafeTensors read = SafeTensors.read(file, "");

        assertEquals(Map.of("a", "1", "b", "2"), read.metadata());
        assertEquals(new SafeTensors.Floats(new Tensor(List.of(2, 1), new float[] {1.5f, -2})), read.entries().get("x"));
        assertArrayEquals(new byte[] {7, 8, 9}, assertInstanceOf(SafeTensors.Bytes.class, read.entries().get("y")).values());
    }

    @Test
    void aCheckpointWithMoreBehindItIsRefused() throws IOException {
        Path file = checkpointFile();
        Files.write(file, new byte[] {0}, StandardOpenOption.APPEND);
        assertTrue(refused(() -> folder.checkpoint()).contains("longer than its header says"));
    }

    private Path checkpointFile() {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.save(checkpoint());
        }
        return folder.file(RunFolder.CHECKPOINT);
    }

    @Test
    void aModelOfAnotherNetworkIsASentence() {
        Path file = temp.resolve("model");
        ModelFile.write(file, graph, state);
        assertTrue(refused(() -> ModelFile.read(file, config.withDepth(14))).contains("lacks"));
        assertTrue(refused(() -> ModelFile.read(file, config.withWidth(2))).contains("lacks"));
    }

    @Test
    void anotherProgramsUnfinishedFileIsNoneOfOurs() throws IOException {
        Path theirs = Files.createDirectories(folder.path()).resolve("big.iso.part");
        Files.writeString(theirs, "half");
        assertTrue(refused(() -> folder.begin(config, false)).contains("big.iso.part"));
        assertEquals("half", Files.readString(theirs));
    }

    @Test
    void alteredTextFilesAreASentence() throws IOException {
        folder.begin(config, false).close();
        Path file = folder.file(RunFolder.CONFIG);
        String text = Files.readString(file);
        for (String altered : List.of("", "{}", "[]", text.substring(0, 40), text.replaceFirst("\"depth\" : \\d+", "\"depth\" : \"deep\""), text.replace("\"width\"", "\"girth\""), text + "x")) {
            assertNotEquals(text, altered);
            Files.writeString(file, altered);
            assertTrue(refused(() -> folder.config()).contains(file.toString()), altered);
        }
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertEquals(file + " could not be read: it is no text in UTF-8.", refused(() -> folder.config()));
        Files.writeString(folder.file(RunFolder.METRICS), EpochMetrics.HEADER + "\n1,2,three\n");
        assertTrue(refused(() -> folder.metrics()).contains("'1,2,three'"));
        Files.write(folder.file(RunFolder.METRICS), new byte[] {(byte) 0xff});
        assertTrue(refused(() -> folder.metrics()).contains("it is no text"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "correct" : 6000            | "correct" : 10001           | correct is 10001, and must be from 0 to images, which is 10000.
        "correct" : 6000            | "correct" : -1              | correct is -1, and
        "images" : 10000            | "images" : 0                | images is 0, and must be 1 or more.
        "accuracy_percent" : 60.0   | "accuracy_percent" : 160.0  | accuracy_percent is 160.0, and 6000 of 10000 images are 60.0.
        "accuracy_percent" : 60.0   | "accuracy_percent" : -60.0  | accuracy_percent is -60.0, and
        "accuracy_percent" : 60.0   | "accuracy_percent" : 61.0   | accuracy_percent is 61.0, and
        "accuracy_percent" : 60.0   | "accuracy_percent" : "NaN"  | accuracy_percent is NaN, and
        "accuracy_percent" : 60.0   | "accuracy_percent" : NaN    | NaN
        "accuracy_percent" : 60.0   | "accuracy_percent" : "60"   | "60"
        "accuracy_percent" : 60.0   | "accuracy_percent" : null   | accuracy_percent
        "correct" : 6000            | "correct" : 6000.5          | 6000.5
        "correct" : 6000,           | ''                          | 'correct'
        "test_loss" : 1.5           | "test_loss" : "Infinity"    | test_loss is Infinity, and must be 0 or more.
        "train_loss" : 1.25         | "train_loss" : -0.5         | train_loss is -0.5, and
        "seconds" : 99.5            | "seconds" : -1              | seconds is -1.0, and
        "epochs" : 2                | "epochs" : 3                | is of cifar10-1bit-bn after 3 epochs, and the run here is of cifar10-1bit-bn and has 2.
        "row" : "cifar10-1bit-bn"   | "row" : "cifar10-full-bn"   | is of cifar10-full-bn after 2 epochs, and
        """)
    void aResultThatCannotBeIsASentence(String right, String wrong, String says) throws IOException {
        try (RunJournal journal = folder.begin(config, false)) {
            journal.finish(List.of(epoch), provenance, graph, state, new RunResult("cifar10-1bit-bn", 10_000, 6000, 60, 1.5, 50, 1.25, 2, 50_000, 99.5, 0.25));
        }
        Path file = folder.file(RunFolder.RESULT);
        String text = Files.readString(file);
        assertTrue(text.contains(right), text);

        Files.writeString(file, text.replace(right, wrong));

        String sentence = refused(() -> folder.result());
        assertTrue(sentence.startsWith(file + " ") && sentence.contains(says) && sentence.endsWith("."), sentence);
    }

    @Test
    void aFolderWithoutARunIsASentence() {
        assertTrue(refused(() -> folder.config()).contains("is not a run folder"));
        assertTrue(refused(() -> folder.model()).contains("is not a run folder"));
    }
}
