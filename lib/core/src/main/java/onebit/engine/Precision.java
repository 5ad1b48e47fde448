package onebit.engine;

/** Arithmetic of activations, gradients and products. Master weights, momentum and batch-norm sums are float32 or better in all. */
public enum Precision {
    FLOAT64("float64"), FLOAT32("float32"), BF16("bf16");

    private final String label;

    Precision(String label) {
        this.label = label;
    }

    /** As written on the command line and in run folders. */
    public String label() {
        return label;
    }

    /** @throws IllegalArgumentException listing the names if this is none of them */
    public static Precision of(String label) {
        for (Precision p : values()) if (p.label.equals(label)) return p;
        throw new IllegalArgumentException("Unknown precision '" + label + "'; there are float32, bf16 and (reference engine) float64.");
    }
}
