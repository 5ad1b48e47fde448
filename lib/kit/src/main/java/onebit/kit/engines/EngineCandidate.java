package onebit.kit.engines;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;

/** An engine that was found; nothing has been fetched for it yet. */
public interface EngineCandidate {

    String name();

    /** One line for people: what it is; may be empty. */
    String summary();

    /** Of the engines that can run, {@code auto} takes the one with the greatest. */
    int preference();

    /** Whether {@code auto} may take it on a device; where not, it is taken by its name alone. */
    boolean automatic(Device device);

    /** What it can do on this machine; needs no native library and no network. */
    List<Engine.Mode> modes();

    /**
     * The engine with all that it needs to run on a device; fetches its libraries if they are not on this machine yet.
     *
     * @throws onebit.run.UserError if they cannot be had
     */
    Engine open(Device device);

    /**
     * Fetches the libraries that it needs on a device, to be used later or elsewhere; whether this machine has the device
     * does not matter.
     *
     * @param processor  of the machine that they are for
     * @param repository a local Maven repository to copy them into, besides the user's own
     * @return what machines they are for, in words
     * @throws onebit.run.UserError if they cannot be had or copied
     */
    String fetch(Device device, CpuFeatures processor, Optional<Path> repository);
}
