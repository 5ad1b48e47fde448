package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import onebit.data.CifarSet;
import onebit.data.Split;
import onebit.engine.Engine;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Model;
import onebit.published.MatModel;
import onebit.published.PublishedModel;
import onebit.published.PublishedModels;
import onebit.train.Evaluation;

/**
 * The authors' five models on the real test images, in the folders that {@code ONEBIT_PUBLISHED} and {@code ONEBIT_DATA}
 * name; a test that asks is skipped without. On a few images, or with {@code -Donebit.test.all=true} on all 10,000, which
 * takes minutes.
 *
 * @param id        of the model
 * @param published right of the 10,000, as published
 * @param images    tested without {@code onebit.test.all}
 * @param right     of these, in float32
 */
public record PublishedScore(String id, int published, int images, int right) {

    private static final boolean ALL_IMAGES = Boolean.getBoolean("onebit.test.all");
    private static final int TEST_IMAGES = 10_000;
    private static final int BATCH = 100;

    /** The five. */
    public static final List<PublishedScore> ALL = List.of(
        new PublishedScore("keras-cifar10", 9625, 50, 48),
        new PublishedScore("matlab-cifar10", 9618, 50, 48),
        new PublishedScore("keras-cifar100", 8183, 50, 43),
        new PublishedScore("matlab-cifar100", 8209, 50, 43),
        new PublishedScore("plain-cifar100", 7550, 300, 232));

    /** An engine's outputs for the images tested. */
    public record Outputs(int correct, float[] logits) {

        /** The greatest difference of a logit from another's, as a part of the greatest logit. */
        public double distance(Outputs other) {
            double greatest = 0, error = 0;
            for (int i = 0; i < logits.length; i++) {
                greatest = Math.max(greatest, Math.abs(logits[i]));
                error = Math.max(error, Math.abs((double) logits[i] - other.logits[i]));
            }
            return error / greatest;
        }
    }

    /** The one of this {@link PublishedModel#id}. */
    public static PublishedModel model(String id) {
        return PublishedModel.ALL.stream().filter(model -> model.id().equals(id)).findFirst().orElseThrow();
    }

    /** Runs the model. */
    public Outputs on(Engine engine, Precision precision) {
        PublishedModel which = model(id);
        Model model = MatModel.read(PublishedModels.ofUser().find(RealData.folder("ONEBIT_PUBLISHED")).get(which));
        Split all = RealData.cifar(CifarSet.named(which.dataset())).test();
        assertEquals(TEST_IMAGES, all.count());
        Split tested = ALL_IMAGES ? all : all.first(images);
        int classes = model.graph().classes();
        float[] logits = new float[tested.count() * classes];
        NetworkOptions options = NetworkOptions.inference(precision).withBatchSize(Math.min(BATCH, tested.count()));
        Evaluation evaluation = Evaluation.of(model, tested, engine, options,
            Optional.of((first, n, values) -> System.arraycopy(values, 0, logits, first * classes, n * classes)), Evaluation.Observer.NONE).orElseThrow();
        return new Outputs(evaluation.correct(), logits);
    }

    /**
     * Fails if a number of right answers is not the model's.
     *
     * @param ofAll  how far from the published number, on all images
     * @param ofSome how far from float32's, on a few
     */
    public void assertRight(Outputs outputs, int ofAll, int ofSome) {
        if (ALL_IMAGES) assertEquals(published, outputs.correct, ofAll, id);
        else assertEquals(right, outputs.correct, ofSome, id);
    }

    @Override
    public String toString() {
        return id;
    }
}
