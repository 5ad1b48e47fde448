package onebit.kit;

/** What Java ran out of, and what helps. */
public final class MemoryFailure {

    private MemoryFailure() {}

    /** For people. */
    public static String sentence(OutOfMemoryError e) {
        boolean heap = e.getMessage() != null && (e.getMessage().contains("heap") || e.getMessage().contains("GC overhead"));
        return "there is not enough memory for this (" + e.getMessage() + "). Take a smaller width or batch, or " + (heap
            ? "give Java more: ONEBIT_JAVA_OPTIONS=-Xmx8g" : "fewer threads: --threads 1");
    }
}
