package onebit.engine;

import java.util.List;
import java.util.stream.Collectors;
import onebit.model.Graph;

/** A way to execute graphs. Found by {@link java.util.ServiceLoader}. */
public interface Engine {

    /** Name on the command line: {@code cpu}, {@code reference}, ... */
    String name();

    /**
     * What this engine can do here. Cheap, and never throws: what cannot be had is a mode with a reason.
     *
     * @return one entry a device and precision, of each device the one to prefer first
     */
    List<Mode> modes();

    /**
     * A device and a precision, and whether this machine has both.
     *
     * @param note if available, what it runs on ("AVX-512, 2 threads"); if not, why, and what would help
     */
    record Mode(Device device, Precision precision, boolean available, String note) {
        /** On the CPU. */
        public Mode(Precision precision, boolean available, String note) {
            this(Device.CPU, precision, available, note);
        }
    }

    /**
     * The mode that a network with these options would run in.
     *
     * @throws UnsupportedOperationException saying why, if there is none or it cannot be had here
     */
    default Mode mode(NetworkOptions options) {
        String asked = options.precision().label() + " on " + options.device().label();
        Mode mode = modes().stream().filter(m -> m.device() == options.device() && m.precision() == options.precision()).findFirst().orElseThrow(() ->
            new UnsupportedOperationException("The " + name() + " engine computes in "
                + modes().stream().map(m -> m.precision().label() + " on " + m.device().label()).collect(Collectors.joining(" or ")) + ", not in " + asked + "."));
        if (!mode.available()) throw new UnsupportedOperationException("The " + name() + " engine cannot compute in " + asked + " here: " + mode.note() + ".");
        return mode;
    }

    /**
     * Makes a network ready.
     *
     * @throws UnsupportedOperationException saying why, if the device or precision cannot be had here or the graph has something
     *                                       that this engine lacks
     */
    Network network(Graph graph, NetworkOptions options);
}
