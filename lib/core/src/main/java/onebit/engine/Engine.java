package onebit.engine;

import java.util.List;
import onebit.model.Graph;

/** A way to execute graphs. Found by {@link java.util.ServiceLoader}. */
public interface Engine {

    /** Name on the command line: {@code cpu}, {@code reference}, ... */
    String name();

    /**
     * What this engine can do here. Cheap, and never throws: what cannot be had is a mode with a reason.
     *
     * @return one entry a precision, the one to prefer first
     */
    List<Mode> modes();

    /**
     * A precision and whether it can be had on this machine.
     *
     * @param note if available, what it runs on ("AVX-512, 2 threads"); if not, why, and what would help
     */
    record Mode(Precision precision, boolean available, String note) {}

    /**
     * Makes a network ready.
     *
     * @throws UnsupportedOperationException saying why, if the precision cannot be had here or the graph has something
     *                                       that this engine lacks
     */
    Network network(Graph graph, NetworkOptions options);
}
