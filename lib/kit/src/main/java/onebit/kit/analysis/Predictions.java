package onebit.kit.analysis;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import onebit.data.Progress;
import onebit.data.Split;
import onebit.engine.Engine;
import onebit.engine.NetworkOptions;
import onebit.engine.Softmax;
import onebit.model.Model;
import onebit.run.UserError;
import onebit.train.Evaluation;

/**
 * What a network says of every image of a split.
 *
 * @param images     that were shown to it
 * @param classNames one a class
 * @param each       one an image, in the images' order
 */
public record Predictions(Split images, List<String> classNames, List<Prediction> each) {

    /**
     * Of one image.
     *
     * @param image       its number in the split
     * @param label       the right class
     * @param predicted   the class of the greatest output, the first of equals
     * @param loss        cross-entropy: minus the natural logarithm of the probability of the right class
     * @param probability 0..1, of the predicted class
     */
    public record Prediction(int image, int label, int predicted, double loss, double probability) {

        /** From a network's outputs for the image, one a class. */
        static Prediction of(int image, int label, float[] logits) {
            Softmax softmax = Softmax.of(logits, 0, logits.length);
            return new Prediction(image, label, softmax.greatest(), softmax.loss(logits[label]), softmax.probability(logits[softmax.greatest()]));
        }

        public boolean right() {
            return predicted == label;
        }
    }

    public Predictions {
        classNames = List.copyOf(classNames);
        each = List.copyOf(each);
        if (each.size() != images.count())
            throw new IllegalArgumentException(images.count() + " images need as many predictions, not " + each.size() + ".");
    }

    /**
     * Shows every image to a model.
     *
     * @throws UserError as {@link Evaluation#of}, and if the thread is interrupted
     */
    public static Predictions of(Model model, Split images, List<String> classNames, Engine engine, NetworkOptions options, Progress progress) {
        Collector collector = new Collector(images, classNames);
        Evaluation.of(model, images, engine, options, Optional.of(collector), (soFar, batches, of) -> {
            progress.update("Testing", soFar.images(), images.count(), "images");
            return !Thread.currentThread().isInterrupted();
        }).orElseThrow(() -> new UserError("The test was interrupted; begin it again."));
        return collector.predictions().orElseThrow();
    }

    /** Keeps what an evaluation says of each image; of several one after the other, the last. */
    public static final class Collector implements Evaluation.LogitsSink {

        private final Split images;
        private final List<String> classNames;
        private final float[][] logits;

        public Collector(Split images, List<String> classNames) {
            this.images = images;
            this.classNames = classNames;
            logits = new float[images.count()][];
        }

        @Override
        public void accept(int first, int count, float[] outputs) {
            int classes = classNames.size();
            for (int i = 0; i < count; i++) logits[first + i] = Arrays.copyOfRange(outputs, i * classes, (i + 1) * classes);
        }

        /** Empty as long as an image is missing. */
        public Optional<Predictions> predictions() {
            if (Arrays.stream(logits).anyMatch(Objects::isNull)) return Optional.empty();
            return Optional.of(new Predictions(images, classNames, IntStream.range(0, logits.length)
                .mapToObj(i -> Prediction.of(i, images.label(i), logits[i])).toList()));
        }
    }

    /** Images whose class was found. */
    public int right() {
        return (int) each.stream().filter(Prediction::right).count();
    }

    /** The wrong ones, those of the greatest loss first: where the network was surest of something else. */
    public List<Prediction> worst(int limit) {
        return each.stream().filter(p -> !p.right()).sorted(Comparator.comparingDouble(Prediction::loss).reversed()).limit(limit).toList();
    }

    /** How each class fares, in the classes' order; a class without images is left out. */
    public List<ClassAccuracy> byClass() {
        return IntStream.range(0, classNames.size()).mapToObj(c -> each.stream().filter(p -> p.label() == c).toList())
            .filter(of -> !of.isEmpty()).map(of -> ClassAccuracy.of(classNames, of)).toList();
    }

    /** The worst mistakes as pictures, what each shows and what it was taken for below it. */
    public ImageGrid mistakes(int limit, int columns) {
        return ImageGrid.of(worst(limit).stream().map(p -> ImageGrid.Tile.of(images, p.image(), "is " + classNames.get(p.label()),
            "said " + classNames.get(p.predicted()), String.format(Locale.ROOT, "%.0f %% sure", 100 * p.probability()))).toList(), columns);
    }
}
