package onebit.kit.engines;

import java.util.Optional;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Execution;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.run.UserError;

/**
 * An engine ready to be used, on a device and at a precision that it has here.
 *
 * @param threads     compute threads; 0 leaves it to the engine
 * @param explanation one line on what was taken and why
 */
public record EngineChoice(Engine engine, Device device, Precision precision, int threads, String explanation) {

    private static final int MOST_THREADS = 1024;

    /**
     * A number of threads that somebody asked for.
     *
     * @throws UserError if there cannot be so many
     */
    public static int threads(long asked) {
        if (asked < 1 || asked > MOST_THREADS)
            throw new UserError(String.format("The number of threads must be from 1 to %d, not %d.", MOST_THREADS, asked));
        return (int) asked;
    }

    /** The same with so many threads. */
    public EngineChoice withThreads(int n) {
        return new EngineChoice(engine, device, precision, n, explanation + "; " + NetworkOptions.inWords(n));
    }

    /** What is to be said of a run that goes on by this and was begun by something else. */
    public Optional<String> change(Execution begun) {
        return begun.equals(execution()) ? Optional.empty()
            : Optional.of("The run was begun by " + begun.label() + " and goes on by " + execution().label() + "; its results say so.");
    }

    public Execution execution() {
        return new Execution(engine.name(), device, precision);
    }

    /** How it is to make a network for training. */
    public NetworkOptions training() {
        return here(NetworkOptions.training(precision));
    }

    /** How it is to make a network for inference. */
    public NetworkOptions inference() {
        return here(NetworkOptions.inference(precision));
    }

    private NetworkOptions here(NetworkOptions options) {
        return options.withDevice(device).withThreads(threads);
    }
}
