package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onebit.data.CifarSet;
import onebit.data.Split;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Precision;
import onebit.run.Json;
import onebit.run.RunFolder;
import onebit.testing.RealData;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small runs on the float64 engine and the real images; skipped where ONEBIT_DATA does not have them. */
class TrainingCommandsTest {

    @TempDir
    Path folder;
    Path data;

    /** A data folder with CIFAR-10 and without CIFAR-100. */
    @BeforeEach
    void findData() {
        String given = System.getenv("ONEBIT_DATA");
        assumeTrue(given != null, "ONEBIT_DATA is not set");
        data = Path.of(given).resolve("cifar-10-batches-bin");
        assumeTrue(Files.isDirectory(data), "ONEBIT_DATA has no cifar-10-batches-bin");
    }

    Shell.Outcome small(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(more));
        args.addAll(List.of("--engine", "reference", "--data", data.toString()));
        if (!command.equals("evaluate")) args.addAll(List.of("--depth", "8", "--epochs", "1", "--train-limit", "125", "--test-limit", "5"));
        return Shell.run(args.toArray(String[]::new));
    }

    @Test
    void trainsAndEvaluatesARow() throws Exception {
        String run = folder.resolve("run").toString();

        Shell.Outcome trained = small("train", "cifar10-1bit-bn", "--run", run);
        assertEquals(0, trained.code(), trained.err());
        assertTrue(trained.out().matches("(?s)cifar10-1bit-bn: \\d+\\.00 % of 5 test images right at 8-1, .*Published: 96\\.25 % at 20-10.*"), trained.out());
        assertTrue(trained.err().contains("Engine reference, float64") && trained.err().contains("epoch 1/1"), trained.err());

        Shell.Outcome refused = small("train", "cifar10-1bit-bn", "--run", run);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("--resume"), refused.err());
        Shell.Outcome resumed = small("train", "cifar10-1bit-bn", "--run", run, "--resume");
        assertEquals(0, resumed.code());
        assertTrue(resumed.out().contains("(finished before)"), resumed.out());
        assertEquals("", resumed.err(), "no engine is needed");
        Shell.Outcome other = small("train", "cifar10-1bit-bn", "--run", run, "--resume", "--seed", "2");
        assertEquals(1, other.code());
        assertTrue(other.err().contains("seed is 1, not 2"), other.err());

        Path logits = folder.resolve("logits.csv");
        Shell.Outcome evaluated = small("evaluate", run, "--limit", "40", "--json", "--logits", logits.toString());
        JsonNode json = Json.parse(evaluated.out(), JsonNode.class);
        List<String> fields = new ArrayList<>();
        json.fieldNames().forEachRemaining(fields::add);
        assertEquals(List.of("images", "correct", "accuracy_percent", "seconds"), fields);
        assertEquals(40, json.get("images").asInt());
        assertEquals(json.get("correct").asInt() / 0.4, json.get("accuracy_percent").asDouble(), 1e-9);
        List<String> lines = Files.readAllLines(logits);
        assertEquals(40, lines.size());
        assertEquals(json.get("correct").asInt(), right(lines));
        assertEquals(new RunFolder(Path.of(run)).result().orElseThrow().correct(), right(lines.subList(0, 5)), "as at the end of training");

        Path file = Files.createFile(folder.resolve("file"));
        Shell.Outcome nowhere = small("evaluate", run, "--limit", "5", "--logits", file.resolve("logits.csv").toString());
        assertEquals(1, nowhere.code());
        assertTrue(nowhere.err().contains(file.resolve("logits.csv") + " could not be written: " + file + " is a file, not a folder."), nowhere.err());
        assertEquals("", nowhere.out(), "nothing is computed in vain");

        Shell.Outcome itsFile = small("evaluate", run + "/model.safetensors");
        assertTrue(itsFile.err().contains("is a file of a run. Give the run's folder, " + run + ":"), itsFile.err());
        Files.delete(Path.of(run, "model.safetensors"));
        Shell.Outcome noModel = small("evaluate", run);
        assertEquals(1, noModel.code());
        assertTrue(noModel.err().contains("The run in " + run + " is finished, and its model.safetensors is not here."), noModel.err());
    }

    @Test
    void aModelIsTestedOnItsOwnDataSetOnly() {
        String run = folder.resolve("run").toString();
        small("train", "cifar10-1bit-bn", "--run", run);

        Shell.Outcome wrongSet = small("evaluate", run, "--dataset", "cifar100");
        assertEquals(1, wrongSet.code());
        assertTrue(wrongSet.err().contains("The model tells 10 classes apart, and CIFAR-100 has 100"), wrongSet.err());
    }

    /** How many of the first test images these lines of logits classify rightly. */
    private static int right(List<String> lines) {
        Split test = RealData.cifar(CifarSet.CIFAR_10).test();
        return (int) IntStream.range(0, lines.size()).filter(i -> {
            double[] logits = Stream.of(lines.get(i).split(",")).mapToDouble(Double::parseDouble).toArray();
            assertEquals(10, logits.length);
            return logits[test.label(i)] == DoubleStream.of(logits).max().orElseThrow();
        }).count();
    }

    @Test
    void goesOnAndEvaluatesWithAnotherNumberOfThreads() {
        String run = folder.resolve("run").toString();

        Shell.Outcome trained = small("train", "cifar10-1bit-bn", "--run", run, "--threads", "1");
        assertEquals(0, trained.code(), trained.err());
        assertTrue(trained.err().contains("; 1 thread."), trained.err());
        String begun = folder.resolve("begun").toString();
        new RunFolder(Path.of(begun)).begin(new RunFolder(Path.of(run)).config(), false).close();
        Shell.Outcome resumed = small("train", "cifar10-1bit-bn", "--run", begun, "--threads", "2", "--resume");
        assertEquals(0, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("; 2 threads."), resumed.err());
        assertTrue(small("evaluate", run, "--limit", "5", "--threads", "2").err().contains("; 2 threads."));
    }

    @Test
    void withResumeARunOfTheSameSettingsGoesOnThatWasBegunByAnotherEngine() throws Exception {
        String home = System.getProperty("onebit.home");
        System.setProperty("onebit.home", folder.resolve("lib").toString());
        try {
            TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "cpu", Precision.BF16).withDepth(8).withEpochs(1).withLimits(125, 5)
                .withAlgorithm(ConvolutionAlgorithm.DIRECT);
            RunFolder begun = new RunFolder(folder.resolve("results/runs/begun"));
            begun.begin(config, false).close();
            new RunFolder(folder.resolve("results/runs/other")).begin(config.withSeed(2), false).close();

            Shell.Outcome resumed = small("train", "cifar10-1bit-bn", "--resume");

            assertEquals(0, resumed.code(), resumed.err());
            assertTrue(resumed.err().contains("Goes on with the run in " + begun.path() + ".\n"), resumed.err());
            assertTrue(resumed.err().contains("The run was begun by cpu bf16 and goes on by reference float64; its results say so.\n"), resumed.err());
            assertTrue(begun.isFinished());
            assertEquals(ConvolutionAlgorithm.DIRECT, begun.config().algorithm());

            new RunFolder(folder.resolve("results/runs/a")).begin(config, false).close();
            new RunFolder(folder.resolve("results/runs/b")).begin(config, false).close();
            Shell.Outcome which = small("train", "cifar10-1bit-bn", "--resume");
            assertEquals(1, which.code());
            assertTrue(which.err().contains("There are 2 unfinished runs that this could go on with: "), which.err());
        } finally {
            if (home == null) System.clearProperty("onebit.home");
            else System.setProperty("onebit.home", home);
        }
    }

    @Test
    void reproducesWhatItCanAndSaysWhatItCannot() throws Exception {
        String[] rows = {"cifar100-1bit-bn", "cifar10-full-srelu", "--results", folder.resolve("results").toString()};

        Shell.Outcome outcome = small("reproduce", rows);

        assertEquals(1, outcome.code(), "a row is missing");
        assertTrue(outcome.out().contains("cifar100-1bit-bn: not run: "), outcome.out());
        assertTrue(outcome.out().contains("cifar10-full-srelu: ") && outcome.out().contains("published 95.66 %"), outcome.out());
        assertTrue(outcome.err().contains("Row 2 of 2"), outcome.err());
        String page = Files.readString(folder.resolve("results").resolve("RESULTS.md"));
        assertTrue(page.lines().anyMatch(l -> l.startsWith("| cifar100-1bit-bn |") && l.contains("not run: ") && l.contains(data.toString())), page);
        assertTrue(page.lines().anyMatch(l -> l.startsWith("| cifar10-full-srelu | 95.66 | 95.66 |") && l.contains("| 8-1 | 1 | 125 / 5 |")), page);

        data = Files.createDirectory(folder.resolve("no data")); // what is finished needs none
        Shell.Outcome again = small("reproduce", "cifar10-full-srelu", "--results", folder.resolve("results").toString());
        assertEquals(0, again.code(), again.out());
        assertFalse(again.err().contains("Engine "), again.err());
        assertTrue(again.out().contains("(finished before)"), again.out());
        Path run = folder.resolve("results/runs/cifar10-full-srelu-quick-depth8-epochs1-train125-test5-reference-seed1");
        assertEquals(0, small("train", "cifar10-full-srelu", "--run", run.toString(), "--resume").code());
    }

    @Test
    void reproducesNothingTwiceAndSaysByWhatARunWasBegun() {
        Path results = folder.resolve("results");
        TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "cpu", Precision.BF16).withDepth(8).withEpochs(1).withLimits(125, 5);
        new RunFolder(results.resolve("runs/cifar10-1bit-bn-quick-depth8-epochs1-train125-test5-reference-seed1")).begin(config, false).close();
        assertEquals(0, small("reproduce", "cifar10-full-srelu", "--results", results.toString()).code());

        Shell.Outcome more = small("reproduce", "cifar10-full-srelu", "cifar10-full-bn", "cifar10-1bit-bn", "--results", results.toString());
        assertTrue(more.err().contains("The run was begun by cpu bf16 and goes on by reference float64; its results say so.\n"), more.err());
        List<String> begun = more.err().lines().filter(line -> line.startsWith("Row ")).toList();
        assertEquals(List.of(false, false, true), begun.stream().map(line -> line.contains("all rows done in about")).toList(), "what was finished before tells nothing: " + begun);
    }
}
