package onebit.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import onebit.data.Split;
import onebit.data.TestBatch;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Model;
import onebit.reference.ReferenceEngine;
import onebit.run.RunFolder;
import onebit.testing.DocsPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program in docs/format.md reads run folders and computes what the reference engine does. Needs a Python with NumPy, {@code python3}
 * or what {@code ONEBIT_TEST_PYTHON} names; skipped without.
 */
class FormatPageTest {

    @TempDir
    Path temp;
    private final String python = Optional.ofNullable(System.getenv("ONEBIT_TEST_PYTHON")).orElse("python3");

    @BeforeEach
    void findNumPy() throws Exception {
        try {
            assumeTrue(run(python, "-c", "import numpy").waitFor() == 0, python + " has no NumPy");
        } catch (IOException e) {
            assumeTrue(false, "there is no " + python);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar10-full-bn", "cifar10-1bit-bn", "cifar10-full-srelu", "cifar10-1bit-srelu"})
    void thePagesProgramComputesTheSameLogits(String row) throws Exception {
        RunFolder folder = new RunFolder(temp.resolve("run"));
        TinyTraining.trainer(TinyTraining.config(row)).train(folder, false, TrainingListener.NONE);
        Split test = TinyTraining.dataset().test();
        Path program = Files.writeString(temp.resolve("classify.py"), DocsPage.program("format.md", "python"));

        Process process = run(python, program.toString(), folder.path().toString(), file(test).toString(), Integer.toString(test.count()));
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        List<String> printed = Files.readAllLines(temp.resolve("output"));
        assertEquals(0, process.exitValue(), String.join("\n", printed));

        Model model = folder.model();
        int classes = model.graph().classes();
        float[] logits = new float[test.count() * classes];
        Evaluation.of(model, test, new ReferenceEngine(), NetworkOptions.inference(Precision.FLOAT64).withBatchSize(5),
            Optional.of((first, n, values) -> System.arraycopy(values, 0, logits, first * classes, n * classes)), Evaluation.Observer.NONE).orElseThrow();
        assertEquals(test.count(), printed.size());
        for (int i = 0; i < logits.length; i++)
            assertEquals(logits[i], Double.parseDouble(printed.get(i / classes).split(",")[i % classes]), 1e-5 * Math.max(1, Math.abs(logits[i])));
    }

    private Process run(String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(temp.resolve("output").toFile()).start();
    }

    /** As in CIFAR-10's files: a byte with the class, then the image. */
    private Path file(Split split) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        TestBatch images = new TestBatch(split, 0, split.count());
        float[] pixels = new float[split.shape().size()];
        for (int i = 0; i < split.count(); i++) {
            records.write(images.label(i));
            images.read(i, pixels);
            for (float pixel : pixels) records.write((int) pixel);
        }
        return Files.write(temp.resolve("images.bin"), records.toByteArray());
    }
}
