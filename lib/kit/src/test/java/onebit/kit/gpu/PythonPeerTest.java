package onebit.kit.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import onebit.engine.Device;
import onebit.engine.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With a made-up Python, which answers as PyTorch and its script would. */
@DisabledOnOs(OS.WINDOWS)
class PythonPeerTest {

    @TempDir
    Path folder;

    private PythonPeer peer(String body) throws IOException {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + body);
        assertEquals(true, python.toFile().setExecutable(true));
        return new PythonPeer(python.toString(), Path.of("torch_wrn.py"));
    }

    @Test
    void tellsPyTorchsVersionAndFigures() throws IOException {
        PythonPeer peer = peer("""
            [ "$1" = -c ] && { echo 'a warning' >&2; echo 2.11.0; exit; }
            [ "$*" = "torch_wrn.py --width 4 --dtype bfloat16 --device cuda --iters 20" ] || { echo "$*" >&2; exit 1; }
            echo 'a warning'
            echo '{"torch": "2.11.0", "train_images_per_s": 123.4, "infer_images_per_s": 567.8}'
            """);
        assertEquals(Optional.of("2.11.0"), peer.version(Device.CUDA));
        assertArrayEquals(new double[] {123.4, 567.8}, peer.imagesPerSecond(4, Precision.BF16, Device.CUDA, 20));
    }

    @Test
    void aPythonWithoutPyTorchOrNoneAtAllIsNoPeer() throws IOException {
        assertEquals(Optional.empty(), peer("exit 1\n").version(Device.CPU));
        assertEquals(Optional.empty(), new PythonPeer(folder.resolve("none").toString(), Path.of("torch_wrn.py")).version(Device.CPU));
    }

    @Test
    void itsLastWordsAreTheReasonOfAFailure() throws IOException {
        PythonPeer peer = peer("echo Traceback; echo 'RuntimeError: CUDA out of memory'; exit 1\n");
        assertEquals("RuntimeError: CUDA out of memory", assertThrows(IOException.class, () -> peer.imagesPerSecond(10, Precision.FLOAT32, Device.CUDA, 1)).getMessage());
    }
}
