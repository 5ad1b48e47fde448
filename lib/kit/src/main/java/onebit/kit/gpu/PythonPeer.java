package onebit.kit.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import onebit.engine.Device;
import onebit.engine.Precision;
import onebit.run.Json;

/**
 * Python's PyTorch, by the script that is timed beside OneBit: the same network, with autocast for bf16, and with TF32 and
 * cuDNN's own choice of algorithms, as people run it.
 *
 * @param python the interpreter's command
 * @param script {@code bench/torch_wrn.py}
 */
record PythonPeer(String python, Path script) {

    private static final int SECONDS = 120;

    /** PyTorch's version; empty if this Python has none, or none that sees the device. */
    Optional<String> version(Device device) {
        try {
            String test = device == Device.CUDA ? "import torch; assert torch.cuda.is_available(); print(torch.__version__)" : "import torch; print(torch.__version__)";
            return output(List.of(python, "-c", test)).lines().reduce((_, last) -> last); // before it there may be warnings
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Images a second in training and in inference.
     *
     * @param steps of each of some rounds
     * @throws IOException saying why there are none
     */
    double[] imagesPerSecond(int width, Precision precision, Device device, int steps) throws IOException {
        String lines = output(List.of(python, script.toString(), "--width", Integer.toString(width), "--dtype", precision == Precision.BF16 ? "bfloat16" : "float32",
            "--device", device.label(), "--iters", Integer.toString(steps)));
        JsonNode answer = Json.parse(lines.lines().filter(l -> l.startsWith("{")).findFirst().orElseThrow(() -> new IOException("PyTorch printed no figures")), JsonNode.class);
        return new double[] {answer.get("train_images_per_s").asDouble(), answer.get("infer_images_per_s").asDouble()};
    }

    private static String output(List<String> command) throws IOException {
        Path out = Files.createTempFile("onebit-python", ".txt");
        try {
            Process process = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).redirectOutput(out.toFile()).start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("Python took more than " + SECONDS + " seconds");
            }
            String text = Files.readString(out, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) throw new IOException(text.lines().reduce((a, b) -> b).orElse("Python failed without a word"));
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(out);
        }
    }
}
