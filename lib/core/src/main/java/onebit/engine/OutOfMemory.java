package onebit.engine;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import onebit.run.UserError;

/**
 * Memory outside Java's heap that ran out, in a sentence. Frameworks throw all sorts of things then, which their texts alone tell
 * from faults; what Java says of its own heap is left as it is.
 */
public final class OutOfMemory {

    /** In lower case: libtorch's, CUDA's and cuDNN's, ND4J's, JavaCPP's, C++'s, Java's of memory outside its heap. */
    private static final List<String> TEXTS = List.of("out of memory", "can't allocate", "cannot allocate", "unable to allocate", "failed to allocate", "allocation failed",
        "alloc_failed", "physical memory usage is too high", "bad_alloc");
    /** Of these, what is not the GPU's memory, whatever computes. */
    private static final List<String> HOST = List.of("cpuallocator", "host", "pointer", "physical memory", "within limits", "bad_alloc", "unable to allocate");

    private OutOfMemory() {}

    /**
     * Does something for a network.
     *
     * @param options of the network
     * @throws UserError if memory ran out, saying whose and what would help; all else that the action throws is thrown on
     */
    public static <T> T inWords(NetworkOptions options, Supplier<T> action) {
        try {
            return action.get();
        } catch (RuntimeException | OutOfMemoryError e) {
            Optional<UserError> sentence = sentence(options, e);
            if (sentence.isPresent()) throw sentence.get();
            throw e;
        }
    }

    private static Optional<UserError> sentence(NetworkOptions options, Throwable thrown) {
        if (thrown instanceof UserError) return Optional.empty();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            String text = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
            if (TEXTS.stream().noneMatch(text::contains)) continue;
            if (text.contains("native thread")) return Optional.empty(); // of which there are too many, though Java says memory, too
            String said = text.lines().findFirst().orElse(""); // libtorch's own stack may follow, with any names in it
            boolean gpu = options.device() == Device.CUDA && HOST.stream().noneMatch(said::contains);
            return Optional.of(new UserError("The memory of " + (gpu ? "the GPU" : "this machine") + " is not enough for this network with batches of "
                + options.batchSize() + " images. Take a smaller width, " + (gpu ? "another GPU or --device cpu." : "or a machine with more memory."), thrown));
        }
        return Optional.empty();
    }
}
