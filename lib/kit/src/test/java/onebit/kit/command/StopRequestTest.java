package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopRequestTest {

    /** Runs until it is asked to stop, and then needs a while to save itself. */
    static final class Worker {
        public static void main(String[] args) throws Exception {
            try (StopRequest stop = new StopRequest()) {
                System.out.println("running");
                while (!stop.requested()) Thread.sleep(5);
                Thread.sleep(300);
                Files.writeString(Path.of(args[0]), "saved");
            }
        }
    }

    @Test
    void aProcessThatIsToldToEndLivesUntilItsWorkIsSaved(@TempDir Path folder) throws Exception {
        Path saved = folder.resolve("saved");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), Worker.class.getName(), saved.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader out = process.inputReader()) {
            assertEquals("running", out.readLine());
            process.destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }
        assertEquals("saved", Files.readString(saved));
    }
}
