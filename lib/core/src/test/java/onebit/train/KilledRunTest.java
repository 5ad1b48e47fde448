package onebit.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import onebit.run.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own that end before they are done: killed, or refused a write by the system. */
class KilledRunTest {

    private static final String ROW = "cifar10-1bit-bn";

    @TempDir
    Path temp;

    @Test
    void killedAtRandomMomentsAndResumedEndsWithTheSameBits() throws Exception {
        RunFolder whole = trainedHere(), killed = new RunFolder(temp.resolve("killed"));
        List<Long> moments = new ArrayList<>();
        Path output = temp.resolve("output");
        int kills = 0;
        while (true) {
            Process process = start(killed.path(), output, List.of());
            boolean ended = false;
            if (kills < 5) {
                // From the start of Java, past the first steps, to the end of the run: counted from the first sign of training.
                while (!killed.holdsRun() && process.isAlive()) Thread.sleep(5);
                moments.add(ThreadLocalRandom.current().nextLong(1, 400));
                ended = process.waitFor(moments.getLast(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.toHandle().destroyForcibly();
                    kills++;
                }
            }
            process.waitFor();
            List<String> lines = Files.readAllLines(output);
            if (!lines.isEmpty()) {
                String how = "killed after " + moments + " ms: " + lines;
                assertTrue(killed.metrics().size() >= Integer.parseInt(lines.getLast().substring("epoch ".length())), how);
            }
            if (ended || process.exitValue() == 0) break;
        }
        String how = "killed " + kills + " times after " + moments + " ms";
        assertTrue(kills > 0, "never killed");
        assertEquals(TinyTraining.figures(whole.metrics()), TinyTraining.figures(killed.metrics()), how);
        assertArrayEquals(model(whole), model(killed), how);
    }

    @Test
    void aFullDiskIsASentenceAndLosesNothing() throws Exception {
        Path disk = temp.resolve("disk");
        Files.createDirectories(disk);
        assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", disk.toString()), "needs the right to mount a small disk");
        try {
            RunFolder run = new RunFolder(disk.resolve("run"));
            refusedAWriteGoesOnAfterwards(run, List.of(), "The disk is full", () -> Files.write(disk.resolve("filler"), new byte[600 << 10]),
                () -> Files.delete(disk.resolve("filler")));
        } finally {
            succeeds("umount", disk.toString());
        }
    }

    @Test
    void aRefusedWriteIsASentenceAndLosesNothing() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that limits the size of files");
        // Blocks of 512 bytes or of 1 KB: the checkpoint has about 600 KB, all others far less.
        refusedAWriteGoesOnAfterwards(new RunFolder(temp.resolve("run")), List.of("/bin/sh", "-c", "ulimit -f 200; exec \"$@\"", "sh"),
            "could not be written", () -> {}, () -> {});
    }

    private interface Action {
        void run() throws IOException;
    }

    private void refusedAWriteGoesOnAfterwards(RunFolder run, List<String> limit, String expected, Action fill, Action clear) throws Exception {
        RunFolder whole = trainedHere();
        TinyTraining.trainer(TinyTraining.config(ROW)).train(run, false, new TrainingListener() {
            private int batches;

            @Override
            public void batch(TrainingProgress progress) {
                batches++;
            }

            @Override
            public boolean stopRequested() {
                return batches == 8;
            }
        });
        byte[] before = Files.readAllBytes(run.path().resolve("checkpoint.safetensors"));
        fill.run();
        Path output = temp.resolve("output");
        Process process = start(run.path(), output, limit);
        process.waitFor();
        String message = Files.readString(output);
        assertEquals(1, process.exitValue(), message);
        assertTrue(message.contains(expected) && message.contains("--resume"), message);
        assertArrayEquals(before, Files.readAllBytes(run.path().resolve("checkpoint.safetensors")));
        clear.run();
        TinyTraining.trainer(TinyTraining.config(ROW)).train(run, true, TrainingListener.NONE);
        assertEquals(TinyTraining.figures(whole.metrics()), TinyTraining.figures(run.metrics()));
        assertArrayEquals(model(whole), model(run));
    }

    private RunFolder trainedHere() {
        RunFolder whole = new RunFolder(temp.resolve("whole"));
        TinyTraining.trainer(TinyTraining.config(ROW)).train(whole, false, TrainingListener.NONE);
        return whole;
    }

    private static byte[] model(RunFolder run) throws IOException {
        return Files.readAllBytes(run.path().resolve("model.safetensors"));
    }

    private static Process start(Path folder, Path output, List<String> prefix) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
            "-cp", System.getProperty("java.class.path"), TinyTraining.class.getName(), ROW, folder.toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
