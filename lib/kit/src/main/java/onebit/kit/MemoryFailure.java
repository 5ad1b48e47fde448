package onebit.kit;

/** What Java ran out of, and what helps. */
public final class MemoryFailure {

    private MemoryFailure() {}

    /** For people at a command line. */
    public static String sentence(OutOfMemoryError e) {
        return sentence(e, "ONEBIT_JAVA_OPTIONS=-Xmx8g", "--threads 1");
    }

    /** For people at a notebook, whose kernel takes its settings from the environment of JupyterLab, or of make reproduce. */
    public static String inNotebook(OutOfMemoryError e) {
        return sentence(e, "set JDK_JAVA_OPTIONS=-Xmx8g before JupyterLab or make reproduce is started", "set ONEBIT_THREADS=1 before JupyterLab or make reproduce is started");
    }

    private static String sentence(OutOfMemoryError e, String moreHeap, String fewerThreads) {
        boolean heap = e.getMessage() != null && (e.getMessage().contains("heap") || e.getMessage().contains("GC overhead"));
        return "there is not enough memory for this (" + e.getMessage() + "). Take a smaller width or batch, or " + (heap
            ? "give Java more: " + moreHeap : "fewer threads: " + fewerThreads);
    }
}
