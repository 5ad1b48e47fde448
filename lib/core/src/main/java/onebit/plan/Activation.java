package onebit.plan;

/** What is applied to a normalized value before a convolution reads it: max(floor, x), or nothing. */
public enum Activation {
    NONE(Float.NEGATIVE_INFINITY), RELU(0), SHIFTED_RELU(-1);

    private final float floor;

    Activation(float floor) {
        this.floor = floor;
    }

    /** The value below which the activation is constant; its gradient passes where the input is above it. */
    public float floor() {
        return floor;
    }
}
