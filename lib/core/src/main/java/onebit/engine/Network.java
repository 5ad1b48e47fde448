package onebit.engine;

import onebit.model.Graph;
import onebit.model.NamedTensors;

/** A graph made ready on an engine. Not thread-safe: one caller at a time; the engine brings its own threads. */
public interface Network extends AutoCloseable {

    Graph graph();

    NetworkOptions options();

    /** One line on what was chosen, for run folders and people: precision, convolution algorithms, threads, vector length. */
    String description();

    /**
     * Takes parameters, running averages and, where present, momentum (absent: zero).
     *
     * @throws IllegalArgumentException if the tensors are not this graph's
     */
    void load(NamedTensors state);

    /** Copies everything that {@link #load} takes, momentum included; bit-exact for a resumed run. */
    NamedTensors state();

    /**
     * One step of training on a full batch: forward with batch statistics, backward, update at the given rate.
     *
     * @throws IllegalStateException if the network was not made for training, or the batch is not full
     */
    StepResult train(Batch batch, double learningRate);

    /**
     * Inference with the running averages.
     *
     * @param logits receives size * classes values, image by image, as the loss would get them; null if not wanted
     */
    StepResult evaluate(Batch batch, float[] logits);

    @Override
    void close();
}
