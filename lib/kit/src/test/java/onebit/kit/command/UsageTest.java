package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import onebit.kit.Main;
import onebit.run.Software;
import onebit.train.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the command line says, and with which exit code. */
class UsageTest {

    @TempDir
    Path folder;

    @Test
    void everyCommandHasHelp() {
        List<String> commands = new ArrayList<>(Main.commandLine().getSubcommands().keySet());
        assertEquals(List.of("rows", "engines", "data", "train", "evaluate", "export", "bench", "reproduce", "results", "figures", "gpu-check", "completion"), commands);
        for (String command : commands) {
            Shell.Outcome outcome = Shell.run(command, "--help");
            assertEquals(0, outcome.code(), command);
            assertTrue(outcome.out().startsWith("Usage: onebit " + command), outcome.out());
            assertTrue(outcome.out().contains("2   wrong usage"), outcome.out());
        }
    }

    @Test
    void tellsItsVersionAndJavas() {
        assertEquals("onebit " + Software.running().version() + "\nJava " + Runtime.version() + "\n", Shell.run("--version").out());
    }

    static Stream<Arguments> wrongUsage() {
        return Stream.of(
            Arguments.of("Missing required subcommand", new String[] {}),
            Arguments.of("'trian'", new String[] {"trian"}),
            Arguments.of("There is no row 'cifar11-full-bn'. The rows are cifar10-full-bn, ", new String[] {"train", "cifar11-full-bn"}),
            Arguments.of("6n + 2", new String[] {"train", "cifar10-full-bn", "--depth", "21"}),
            Arguments.of("The width must be from 1 to 241, not 0.", new String[] {"train", "cifar10-full-bn", "--width", "0"}),
            Arguments.of("epochs", new String[] {"train", "cifar10-full-bn", "--epochs", "0"}),
            Arguments.of("The profiles are smoke, quick", new String[] {"train", "cifar10-full-bn", "--profile", "fast"}),
            Arguments.of("There is no engine 'gpu'; there are auto, ", new String[] {"train", "cifar10-full-bn", "--engine", "gpu"}),
            Arguments.of("Unknown precision 'fp8'", new String[] {"bench", "infer", "--precision", "fp8"}),
            Arguments.of("There is no processor 'MMX'; there are AVX-512, AVX2, SSE.", new String[] {"engines", "--fetch", "dl4j", "--processor", "MMX"}),
            Arguments.of("'fast'", new String[] {"bench", "infer", "--algorithm", "fast"}),
            Arguments.of("--algorithm winograd is for the engine cpu; the engine reference chooses by itself.",
                new String[] {"bench", "infer", "--engine", "reference", "--algorithm", "winograd"}),
            Arguments.of("100 training images do not fill one batch of 125", new String[] {"train", "cifar10-full-bn", "--train-limit", "100"}),
            Arguments.of("The limit of 60000 is above the number of training images, 50000; leave out --train-limit", new String[] {"train", "cifar10-full-bn", "--train-limit", "60000"}),
            Arguments.of("above the number of test images, 10000", new String[] {"reproduce", "--test-limit", "10001"}),
            Arguments.of("--into says what to fetch; give --fetch NAME with it.", new String[] {"engines", "--into", "somewhere"}),
            Arguments.of("There is no engine 'auto'; there are reference. 'onebit engines' says what each can do.", new String[] {"engines", "--fetch", "auto"}),
            Arguments.of("--device says what to fetch", new String[] {"engines", "--device", "cuda"}),
            Arguments.of("There is no folder nowhere/x, which --results names.", new String[] {"results", "--results", "nowhere/x"}),
            Arguments.of("There is no folder nowhere/x, which --results names.", new String[] {"figures", "--results", "nowhere/x"}),
            Arguments.of("--logits names a folder, .; a file is needed.", new String[] {"evaluate", "model", "--logits", "."}),
            Arguments.of("The number of threads must be from 1 to 1024, not 0.", new String[] {"bench", "train", "--threads", "0"}),
            Arguments.of("The number of threads must be from 1 to 1024, not -2.", new String[] {"train", "cifar10-full-bn", "--threads", "-2"}),
            Arguments.of("The number of threads must be from 1 to 1024, not 100000.", new String[] {"reproduce", "--threads", "100000"}),
            Arguments.of("'two'", new String[] {"evaluate", "model", "--threads", "two"}),
            Arguments.of("6n + 2", new String[] {"bench", "train", "--depth", "18"}),
            Arguments.of("--iters must be 1 or more", new String[] {"bench", "train", "--iters", "0"}),
            Arguments.of("'both' is none of train, infer.", new String[] {"bench", "both"}),
            Arguments.of("--limit must be 1 or more, not 0.", new String[] {"evaluate", "model", "--limit", "0"}),
            Arguments.of("Unknown data set 'mnist'", new String[] {"evaluate", "model", "--dataset", "mnist"}),
            Arguments.of("There is no format 'onnx'; there is dl4j.", new String[] {"export", "model", "--format", "onnx"}),
            Arguments.of("--format", new String[] {"export", "model"}),
            Arguments.of("6n + 2", new String[] {"reproduce", "--depth", "9"}));
    }

    @ParameterizedTest
    @MethodSource
    void wrongUsage(String says, String[] args) {
        Shell.Outcome outcome = Shell.run(args);

        assertEquals(2, outcome.code(), outcome.err());
        assertTrue(outcome.err().startsWith("onebit: ") && outcome.err().contains(says), outcome.err());
        assertTrue(outcome.errorLines() <= 2, outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void aModelIsNotWrittenOverItself() throws Exception {
        Path model = Files.writeString(folder.resolve("net.zip"), "a model");
        Shell.Outcome outcome = Shell.run("export", model.toString(), "--format", "dl4j", "--output", model.toString());
        assertEquals(1, outcome.code());
        assertEquals("onebit: " + model + " is the model itself. Name another file with --output.", outcome.err().strip());
        assertEquals("a model", Files.readString(model));
        Shell.Outcome device = Shell.run("export", model.toString(), "--format", "dl4j", "--output", "/dev/stdout");
        assertEquals("onebit: /dev/stdout is no file, which a model needs. Name one with --output.", device.err().strip());
    }

    @Test
    void failuresAreASentenceAndATraceOnlyWhenAskedFor() {
        String missing = folder.resolve("none").toString();

        Shell.Outcome outcome = Shell.run("evaluate", missing);
        assertEquals(1, outcome.code());
        assertEquals("onebit: There is no " + missing + ". Give the folder of a finished run, a .mat file, or a .zip of DL4J's.\n", outcome.err());
        assertTrue(Shell.run("evaluate", missing, "--verbose").err().contains("\tat onebit.kit.command.EvaluateCommand"));
    }

    @CommandLine.Command(name = "broken")
    static final class Broken implements Runnable {
        @Override
        public void run() {
            throw new ExceptionInInitializerError(new UnsatisfiedLinkError("libgomp.so.1: cannot open shared object file"));
        }
    }

    @Test
    void whatCannotBeLoadedIsASentenceAndATraceOnlyWhenAskedFor() {
        CommandLine line = Main.commandLine().addSubcommand(new Broken());

        Shell.Outcome outcome = Shell.run(line, "broken");
        assertEquals(1, outcome.code());
        assertTrue(outcome.err().startsWith("onebit: A part of the program, or a native library that it needs, could not be loaded "
            + "(UnsatisfiedLinkError: libgomp.so.1: cannot open shared object file)."), outcome.err());
        assertEquals(1, outcome.errorLines(), outcome.err());
        assertTrue(Shell.run(line, "broken", "--verbose").err().contains("Caused by: java.lang.UnsatisfiedLinkError"));
    }

    @Test
    void anEngineIsFetchedForADeviceThatItComputesOn() {
        assertEquals("onebit: The engine 'reference' does not compute on cuda.", Shell.run("engines", "--fetch", "reference", "--device", "cuda").err().strip());
    }

    @Test
    void refusesAPrecisionThatTheEngineLacks() {
        Shell.Outcome outcome = Shell.run("bench", "infer", "--engine", "reference", "--precision", "bf16");

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("it has only float64"), outcome.err());
    }

    @Test
    void refusesWhatIsNoModel() throws Exception {
        Path mat = Files.writeString(folder.resolve("model.mat"), "not a MAT file");
        Files.createDirectories(folder.resolve("run"));

        assertEquals(1, Shell.run("evaluate", mat.toString()).code());
        assertTrue(Shell.run("evaluate", mat.toString()).err().contains("model.mat"));
        assertTrue(Shell.run("evaluate", folder.resolve("run").toString()).err().contains("is not a run folder"));
    }

    @Test
    void refusesADataFolderOfTheWrongKind() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("data"));

        for (String command : List.of("cifar10", "cifar100", "published")) {
            Shell.Outcome outcome = Shell.run("data", command, "--data", empty.toString());
            assertEquals(1, outcome.code());
            assertTrue(outcome.err().contains(empty.toString()), outcome.err());
        }
    }

    @Test
    void listsTheRowsWithTheirPublishedAccuracy() {
        Shell.Outcome outcome = Shell.run("rows");

        assertEquals(0, outcome.code());
        for (Row row : Row.ALL) assertTrue(outcome.out().contains(row.id()), outcome.out());
        assertTrue(outcome.out().lines().anyMatch(l -> l.matches("cifar100-1bit-srelu .*CIFAR-100.*300 +78\\.41 %")), outcome.out());
        assertTrue(outcome.out().contains("--profile evening"));
    }

    @Test
    void listsTheEnginesWithTheirPrecisions() {
        Shell.Outcome outcome = Shell.run("engines");

        assertEquals(0, outcome.code());
        assertTrue(outcome.out().contains("reference") && outcome.out().lines().anyMatch(l -> l.matches("  cpu +float64 +yes .*")), outcome.out());
    }

    @Test
    void fetchingSaysForWhichMachines() {
        Shell.Outcome outcome = Shell.run("engines", "--fetch", "reference", "--processor", "AVX2");

        assertEquals(0, outcome.code(), outcome.err());
        assertEquals("What the engine 'reference' needs on cpu is here, for any machine.\n", outcome.err());
    }

    @Test
    void printsACompletionScriptThatBashUnderstands() throws Exception {
        Shell.Outcome outcome = Shell.run("completion");
        assertEquals(0, outcome.code());
        assertTrue(outcome.out().contains("reproduce") && outcome.out().contains("cifar100-1bit-srelu"), "the commands, and the rows");
        assertFalse(outcome.err().contains("onebit:"));

        Path script = Files.writeString(folder.resolve("completion"), outcome.out(), StandardCharsets.UTF_8);
        Process bash = new ProcessBuilder("bash", "-c", "source \"$0\" && complete -p onebit", script.toString()).redirectErrorStream(true).start();
        String answer = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), answer);
        assertTrue(answer.contains("_complete_onebit"), answer);
    }

    @ParameterizedTest
    @CsvSource({"data, cifar10 cifar100 published", "bench, train infer", "bench train --norm, bn srelu", "evaluate model --dataset, cifar10 cifar100",
        "evaluate model --engine, auto cpu torch dl4j reference", "train --algorithm, auto direct winograd"})
    void completionOffersTheWordsThatCanBeGiven(String typed, String offered) throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), Shell.run("completion").out(), StandardCharsets.UTF_8);
        String completion = "source \"$0\"; COMP_WORDS=(onebit $1 ''); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_onebit; echo \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", completion, script.toString(), typed).redirectErrorStream(true).start();
        List<String> words = List.of(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip().split("\\s+"));
        assertTrue(words.containsAll(List.of(offered.split(" "))), words.toString());
        assertTrue(words.stream().noneMatch(word -> word.matches("[A-Z0-9]+")), words.toString());
    }
}
