package onebit.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onebit.engine.Precision;
import onebit.reference.ReferenceEngine;
import onebit.run.RunFolder;
import onebit.testing.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own that end before they are done: killed, or refused a write by the system. */
class KilledRunTest {

    private static final String ROW = "cifar10-1bit-bn";
    private static final JavaProcess TRAINING = JavaProcess.of(TinyTraining.class).withOptions("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    @TempDir
    Path temp;

    @Test
    void killedAtRandomMomentsAndResumedEndsWithTheSameBits() throws Exception {
        KilledTraining.assertEndsWithTheSameBits(temp, TRAINING, ROW, new ReferenceEngine(), Precision.FLOAT64, 5, 400);
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
        Process process = TRAINING.start(limit, output, run.path().toString(), ROW, "reference", "float64");
        process.waitFor();
        String message = Files.readString(output);
        assertEquals(1, process.exitValue(), message);
        assertTrue(message.contains(expected) && message.contains("--resume"), message);
        assertArrayEquals(before, Files.readAllBytes(run.path().resolve("checkpoint.safetensors")));
        clear.run();
        TinyTraining.trainer(TinyTraining.config(ROW)).train(run, true, TrainingListener.NONE);
        assertEquals(TinyTraining.figures(whole.metrics()), TinyTraining.figures(run.metrics()));
        assertArrayEquals(KilledTraining.model(whole), KilledTraining.model(run));
    }

    private RunFolder trainedHere() {
        RunFolder whole = new RunFolder(temp.resolve("whole"));
        TinyTraining.trainer(TinyTraining.config(ROW)).train(whole, false, TrainingListener.NONE);
        return whole;
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
