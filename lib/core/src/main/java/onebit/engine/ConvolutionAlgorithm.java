package onebit.engine;

/** How an engine computes 3x3 convolutions. An engine that has only one way takes any of these for it. */
public enum ConvolutionAlgorithm {
    /** The engine's own choice, layer by layer; it says in {@link Network#description()} what it chose. */
    AUTO,
    /** Sums of products as they are written. */
    DIRECT,
    /** Winograd's minimal filtering where a layer allows it (3x3, stride 1). */
    WINOGRAD;

    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
