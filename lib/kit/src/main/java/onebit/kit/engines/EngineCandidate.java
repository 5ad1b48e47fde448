package onebit.kit.engines;

import java.util.List;
import onebit.engine.Device;
import onebit.engine.Engine;

/** An engine that was found; nothing has been fetched for it yet. */
public interface EngineCandidate {

    String name();

    /** One line for people: what it is; may be empty. */
    String summary();

    /** Of the engines that can run, {@code auto} takes the one with the greatest. */
    int preference();

    /** What it can do on this machine; needs no native library and no network. */
    List<Engine.Mode> modes();

    /**
     * The engine with all that it needs to run on a device; fetches its libraries if they are not on this machine yet.
     *
     * @throws onebit.run.UserError if they cannot be had
     */
    Engine open(Device device);
}
