package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.run.UserError;
import onebit.testing.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The user's cache cannot be written when oneDNN is to be unpacked into it; in a process that has not loaded oneDNN yet. */
@DisabledOnOs(OS.WINDOWS)
class UnwritableCacheTest {

    /** Makes a network twice, the second time when the file that stood in the cache's place is gone. */
    static final class TwoTries {
        public static void main(String[] args) throws Exception {
            Graph graph = WideResNet.graph(WideResNet.Spec.ofPaper(10).withDepth(8).withWidth(1).withInput(new Shape(3, 8, 8)));
            NetworkOptions options = NetworkOptions.inference(Precision.FLOAT32).withBatchSize(1);
            try (Network _ = new CpuEngine().network(graph, options)) {
                throw new AssertionError("The cache could be written.");
            } catch (UserError e) {
                System.out.println(e.getMessage());
            }
            Files.delete(Path.of(args[0]));
            try (Network _ = new CpuEngine().network(graph, options)) {
                System.out.println("made");
            }
        }
    }

    @Test
    void itIsASentenceAndMendedTheSameProcessGoesOn(@TempDir Path folder) throws Exception {
        Path blocked = Files.writeString(folder.resolve("cache"), "a file where the folder should be");

        List<String> printed = JavaProcess.of(TwoTries.class).run(List.of("env", "ONEBIT_CACHE=" + blocked), folder.resolve("output"), blocked.toString())
            .lines().filter(line -> !line.startsWith("WARNING")).toList();

        assertEquals(2, printed.size(), printed.toString());
        assertTrue(printed.getFirst().startsWith(blocked + "/natives/dnnl-") && printed.getFirst().contains(" could not be written: ")
            && printed.getFirst().endsWith("set ONEBIT_CACHE to a folder that can be written."), printed.toString());
        assertEquals("made", printed.getLast());
    }
}
