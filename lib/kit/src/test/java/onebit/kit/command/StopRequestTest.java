package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import onebit.kit.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopRequestTest {

    /** Far less than the hook's patience, far more than a process takes to end. */
    private static final int AT_ONCE_SECONDS = 20;

    /** Runs until it is asked to stop, and then needs a while to save itself; what comes after is not begun. */
    static final class Worker {
        public static void main(String[] args) {
            try (StopRequest stop = new StopRequest()) {
                stop.during(() -> work(stop, Path.of(args[0])));
                stop.during(() -> work(stop, Path.of(args[1])));
            }
        }

        private static Path work(StopRequest stop, Path saved) {
            System.out.println("running");
            try {
                while (!stop.requested()) Thread.sleep(5);
                Thread.sleep(300);
                return Files.writeString(saved, "saved");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aProcessThatIsToldToEndLivesUntilItsWorkIsSaved(@TempDir Path folder) throws Exception {
        Path saved = folder.resolve("saved"), next = folder.resolve("next");
        Process process = java(Worker.class, saved.toString(), next.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader out = process.inputReader()) {
            assertEquals("running", out.readLine());
            process.destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }
        assertEquals("saved", Files.readString(saved));
        assertFalse(Files.exists(next));
    }

    /** The data are being fetched by another process, for which the command waits; it has nothing to save yet. */
    @ParameterizedTest
    @ValueSource(strings = {"train", "reproduce"})
    void aCommandThatIsToldToEndWhileItGetsItsDataEndsAtOnce(String command, @TempDir Path folder) throws Exception {
        Path data = Files.createDirectories(folder.resolve("cache/data/cifar-10-batches-bin"));
        ProcessBuilder java = java(Main.class, command, "cifar10-1bit-bn", "--engine", "reference").redirectErrorStream(true);
        java.environment().put("ONEBIT_CACHE", folder.resolve("cache").toString());
        java.environment().put("ONEBIT_RESULTS", folder.resolve("results").toString());
        java.environment().remove("ONEBIT_DATA");
        try (FileChannel lock = FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            Process process = java.start();
            try (BufferedReader out = process.inputReader()) {
                String said;
                do said = out.readLine();
                while (said != null && !said.startsWith("Engine reference"));
                assertNotNull(said);
                process.destroy();
                assertTrue(process.waitFor(AT_ONCE_SECONDS, TimeUnit.SECONDS), "it still runs");
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static ProcessBuilder java(Class<?> main, String... arguments) {
        return new ProcessBuilder(Stream.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), main.getName()), Stream.of(arguments)).toList());
    }
}
