package onebit.engine;

/** Where an engine computes. */
public enum Device {
    CPU("cpu"),
    /** An NVIDIA GPU, the first that CUDA shows ({@code CUDA_VISIBLE_DEVICES} chooses another). */
    CUDA("cuda");

    private final String label;

    Device(String label) {
        this.label = label;
    }

    /** As written on the command line and in run folders. */
    public String label() {
        return label;
    }

    /** @throws IllegalArgumentException listing the names if this is none of them */
    public static Device of(String label) {
        for (Device d : values()) if (d.label.equals(label)) return d;
        throw new IllegalArgumentException("Unknown device '" + label + "'; there are cpu and cuda.");
    }
}
