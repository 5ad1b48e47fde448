package onebit.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import onebit.engine.Engine;
import onebit.engine.Precision;
import onebit.run.RunFolder;
import onebit.testing.JavaProcess;

/**
 * A run that was killed at random moments, each time resumed in a new process, until it ended.
 *
 * @param how the moments, for messages
 */
public record KilledTraining(RunFolder run, String how) {

    private static final int PATIENCE_MINUTES = 5;

    /**
     * Trains, killing; what a process reported before it was killed must be in the folder afterwards.
     *
     * @param training      as {@link TinyTraining#main}: takes the folder first
     * @param arguments     those behind the folder
     * @param kills         how often to kill at most
     * @param longestMillis greatest time to a kill: the first one's from when the folder was begun, so that it may come before
     *                      anything is saved, the others' from the first step of their process
     */
    private static KilledTraining of(Path folder, JavaProcess training, List<String> arguments, int kills, long longestMillis)
        throws IOException, InterruptedException {
        RunFolder run = new RunFolder(folder);
        Path output = folder.resolveSibling(folder.getFileName() + ".output");
        String[] all = Stream.concat(Stream.of(folder.toString()), arguments.stream()).toArray(String[]::new);
        List<Long> moments = new ArrayList<>();
        int killed = 0;
        while (true) {
            Process process = training.start(output, all);
            boolean wasKilled = false;
            if (killed < kills) {
                while (process.isAlive() && !(killed == 0 ? run.holdsRun() : Files.readString(output).contains("step"))) Thread.sleep(5);
                moments.add(ThreadLocalRandom.current().nextLong(1, longestMillis));
                if (!process.waitFor(moments.getLast(), TimeUnit.MILLISECONDS)) {
                    process.toHandle().destroyForcibly();
                    wasKilled = true;
                    killed++;
                }
            }
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("The process did not end; it printed " + Files.readAllLines(output));
            }
            List<String> printed = Files.readAllLines(output);
            String how = "killed " + killed + " times after " + moments + " ms; the last process printed " + printed;
            int reported = printed.stream().filter(line -> line.startsWith("epoch ")).mapToInt(line -> Integer.parseInt(line.substring(6))).max().orElse(0);
            if (reported > 0) assertTrue(run.metrics().size() >= reported, how);
            if (!wasKilled) {
                assertEquals(0, process.exitValue(), how);
                assertTrue(killed > 0, how);
                return new KilledTraining(run, how);
            }
        }
    }

    /**
     * Trains {@link TinyTraining}'s run of a row here and undisturbed, and in processes that are killed, and fails unless both end with
     * the same bits.
     *
     * @param folder   for both runs
     * @param training as for {@link #of}; its engines have this one under its name
     */
    public static void assertEndsWithTheSameBits(Path folder, JavaProcess training, String row, Engine engine, Precision precision, int kills,
                                                 long longestMillis) throws IOException, InterruptedException {
        RunFolder whole = new RunFolder(folder.resolve("whole"));
        TinyTraining.trainer(TinyTraining.config(row, engine.name(), precision), engine).train(whole, false, TrainingListener.NONE);
        of(folder.resolve("killed"), training, List.of(row, engine.name(), precision.label()), kills, longestMillis).assertEndedLike(whole);
    }

    /** Fails if the run's metrics and model are not those of another that nobody killed. */
    private void assertEndedLike(RunFolder undisturbed) throws IOException {
        assertEquals(TinyTraining.figures(undisturbed.metrics()), TinyTraining.figures(run.metrics()), how);
        assertArrayEquals(model(undisturbed), model(run), how);
    }

    static byte[] model(RunFolder run) throws IOException {
        return Files.readAllBytes(run.path().resolve("model.safetensors"));
    }
}
