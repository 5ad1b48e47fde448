package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import onebit.data.CifarSet;
import onebit.data.CifarSources;
import onebit.data.Progress;
import onebit.data.Split;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Model;
import onebit.published.MatModel;
import onebit.published.PublishedModel;
import onebit.published.PublishedModels;
import onebit.train.Evaluation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The authors' five models on the real test images, in the folders that {@code ONEBIT_PUBLISHED} and {@code ONEBIT_DATA}
 * name; skipped without. On a few images, or with {@code -Donebit.test.all=true} on all 10,000, which takes minutes.
 */
class PublishedAccuracyTest {

    private static final boolean ALL = Boolean.getBoolean("onebit.test.all");
    private static final int TEST_IMAGES = 10_000;
    /** Of the greatest logit: bf16 has eight digits, and errors add up over 20 layers. */
    private static final double BF16_LOGITS = 0.05;

    /** Outputs for some images. */
    private record Outputs(int correct, float[] logits) {}

    /**
     * @param published right of the 10,000, as published
     * @param images    tested without {@code onebit.test.all}
     * @param right     of these, in float32
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "keras-cifar10,   9625, 50,  48",
        "matlab-cifar10,  9618, 50,  48",
        "keras-cifar100,  8183, 50,  43",
        "matlab-cifar100, 8209, 50,  43",
        "plain-cifar100,  7550, 300, 232"})
    void classifiesAsPublished(String id, int published, int images, int right) throws IOException {
        PublishedModel which = PublishedModel.named(id).orElseThrow();
        Model model = MatModel.read(PublishedModels.ofUser().find(folder("ONEBIT_PUBLISHED")).get(which));
        folder("ONEBIT_DATA");
        Split all = CifarSources.of(Optional.empty()).load(CifarSet.named(which.dataset()), Progress.NONE).test();
        assertEquals(TEST_IMAGES, all.count());
        Split tested = ALL ? all : all.first(images);
        Outputs float32 = outputs(model, tested, Precision.FLOAT32);
        if (ALL) assertEquals(published, float32.correct, 2, "float32");
        else assertEquals(right, float32.correct, "float32");
        if (!CpuFeatures.detect().bf16()) return;
        Outputs bf16 = outputs(model, tested, Precision.BF16);
        assertEquals(ALL ? published : right, bf16.correct, ALL ? 10 : 2, "bf16");
        double greatest = 0, error = 0;
        for (int i = 0; i < float32.logits.length; i++) {
            greatest = Math.max(greatest, Math.abs(float32.logits[i]));
            error = Math.max(error, Math.abs((double) float32.logits[i] - bf16.logits[i]));
        }
        assertTrue(error < BF16_LOGITS * greatest, "logits in bf16 differ by " + error + " of " + greatest);
    }

    private static Path folder(String variable) {
        String folder = System.getenv(variable);
        assumeTrue(folder != null && !folder.isBlank(), variable + " does not name a folder");
        return Path.of(folder);
    }

    private static Outputs outputs(Model model, Split images, Precision precision) {
        int classes = model.graph().classes();
        float[] logits = new float[images.count() * classes];
        NetworkOptions options = NetworkOptions.inference(precision).withBatchSize(Math.min(100, images.count()));
        Evaluation evaluation = Evaluation.of(model, images, new CpuEngine(), options,
            Optional.of((first, n, values) -> System.arraycopy(values, 0, logits, first * classes, n * classes)), Evaluation.Observer.NONE).orElseThrow();
        return new Outputs(evaluation.correct(), logits);
    }
}
