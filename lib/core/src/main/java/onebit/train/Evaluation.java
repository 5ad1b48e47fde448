package onebit.train;

import java.util.List;
import java.util.Optional;
import onebit.data.Split;
import onebit.data.TestBatch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.StepResult;
import onebit.model.Model;
import onebit.run.UserError;

/**
 * How well a network does on images that it was not trained on.
 *
 * @param images  tested
 * @param correct those whose greatest logit is the label's
 * @param loss    mean cross-entropy, without penalty
 * @param seconds of inference
 */
public record Evaluation(int images, int correct, double loss, double seconds) {

    /** Fraction right, 0..1. */
    public double accuracy() {
        return (double) correct / images;
    }

    public double accuracyPercent() {
        return 100.0 * correct / images;
    }

    /** Receives the network's outputs, in the order of the images. */
    @FunctionalInterface
    public interface LogitsSink {
        /**
         * @param first  number of the first image
         * @param images how many
         * @param logits images * classes values, image by image; to be read before returning
         */
        void accept(int first, int images, float[] logits);
    }

    /** Hears of every batch and decides whether to go on. */
    @FunctionalInterface
    public interface Observer {
        /** Goes on to the end. */
        Observer NONE = (soFar, batches, of) -> true;

        /**
         * @param soFar   of the images tested so far
         * @param batches done
         * @param of      to do in all
         * @return whether to go on
         */
        boolean goOn(Evaluation soFar, int batches, int of);
    }

    /**
     * Evaluates a model on images.
     *
     * @param options precision, algorithm and batch size
     * @param logits  what to do with the outputs; empty if they are not wanted
     * @return empty if the observer ended it
     * @throws UserError if the images are not of the model's size, the labels not of its classes, or the engine cannot do it
     */
    public static Optional<Evaluation> of(Model model, Split images, Engine engine, NetworkOptions options, Optional<LogitsSink> logits, Observer observer) {
        if (!model.graph().inputShape().equals(images.shape()))
            throw new UserError("The model takes images of " + model.graph().inputShape() + ", these are " + images.shape() + ".");
        try (Network network = Trainer.network(engine, model.graph(), options)) {
            network.load(model.state());
            return of(network, images, logits, observer);
        }
    }

    /** Evaluates a network that has its parameters. */
    public static Optional<Evaluation> of(Network network, Split images, Optional<LogitsSink> logits, Observer observer) {
        int classes = network.graph().classes();
        checkLabels(images, classes);
        List<TestBatch> batches = TestBatch.all(images, network.options().batchSize());
        float[] outputs = logits.isPresent() ? new float[network.options().batchSize() * classes] : null;
        Evaluation soFar = new Evaluation(0, 0, 0, 0);
        double lossSum = 0;
        for (int i = 0; i < batches.size(); i++) {
            TestBatch batch = batches.get(i);
            long start = System.nanoTime();
            StepResult result = network.evaluate(batch, outputs);
            double seconds = (System.nanoTime() - start) / 1e9;
            logits.ifPresent(sink -> sink.accept(batch.first(), batch.size(), outputs));
            lossSum += result.loss() * batch.size();
            int done = soFar.images + batch.size();
            soFar = new Evaluation(done, soFar.correct + result.correct(), lossSum / done, soFar.seconds + seconds);
            if (!observer.goOn(soFar, i + 1, batches.size())) return Optional.empty();
        }
        return Optional.of(soFar);
    }

    private static void checkLabels(Split images, int classes) {
        for (int i = 0; i < images.count(); i++)
            if (images.label(i) >= classes)
                throw new UserError("The model tells " + classes + " classes apart, image " + i + " is of class " + images.label(i)
                    + ": this is not the model's data set.");
    }
}
