package onebit.engine;

import onebit.model.Graph;
import onebit.model.NamedTensors;

/**
 * A network as engines write it: what a caller may get wrong is refused here, in the same words by every engine, so that an
 * engine computes only on parameters that are its graph's and on batches that fit. Where memory runs out, it is said here, too
 * ({@link OutOfMemory}); an engine says it of the making of a network.
 */
public abstract class CheckedNetwork implements Network {

    protected final Graph graph;
    protected final NetworkOptions options;
    private boolean loaded, closed;

    protected CheckedNetwork(Graph graph, NetworkOptions options) {
        this.graph = graph;
        this.options = options;
    }

    @Override
    public final Graph graph() {
        return graph;
    }

    @Override
    public final NetworkOptions options() {
        return options;
    }

    @Override
    public final void load(NamedTensors state) {
        if (closed) throw new IllegalStateException("This network is closed.");
        state.check(graph);
        OutOfMemory.inWords(options, () -> {
            write(state);
            return state;
        });
        loaded = true;
    }

    @Override
    public final NamedTensors state() {
        requireLoaded();
        return OutOfMemory.inWords(options, this::read);
    }

    @Override
    public final StepResult train(Batch batch, double learningRate) {
        requireLoaded();
        if (!options.training()) throw new IllegalStateException("This network was made for inference; make one with training options.");
        if (batch.size() != options.batchSize())
            throw new IllegalStateException("Training takes full batches of " + options.batchSize() + " images, not " + batch.size() + ".");
        return OutOfMemory.inWords(options, () -> step(batch, learningRate));
    }

    @Override
    public final StepResult evaluate(Batch batch, float[] logits) {
        requireLoaded();
        if (batch.size() < 1 || batch.size() > options.batchSize())
            throw new IllegalStateException("This network takes 1 to " + options.batchSize() + " images at a time, not " + batch.size() + ".");
        return OutOfMemory.inWords(options, () -> infer(batch, logits));
    }

    @Override
    public final void close() {
        if (closed) return;
        closed = true;
        loaded = false;
        free();
    }

    private void requireLoaded() {
        if (!loaded) throw new IllegalStateException(closed ? "This network is closed." : "The network has no parameters; load a state first.");
    }

    /** {@link #load}, of a state that {@link NamedTensors#check} has passed. */
    protected abstract void write(NamedTensors state);

    /** {@link #state}. */
    protected abstract NamedTensors read();

    /** {@link #train}, on a full batch. */
    protected abstract StepResult step(Batch batch, double learningRate);

    /** {@link #evaluate}, on no more images than a batch has. */
    protected abstract StepResult infer(Batch batch, float[] logits);

    /** {@link #close}, once. */
    protected abstract void free();
}
