package onebit.engine;

/**
 * By what something was computed.
 *
 * @param engine name of the engine
 */
public record Execution(String engine, Device device, Precision precision) {

    private static final String ON = " on ";

    /** In words: {@code cpu bf16}, {@code torch float32 on cuda}. */
    public String label() {
        return engine + " " + precision.label() + (device == Device.CPU ? "" : ON + device.label());
    }

    /** @throws IllegalArgumentException if this is not the {@link #label} of any */
    public static Execution of(String label) {
        int space = label.indexOf(' '), on = label.indexOf(ON);
        if (space < 1) throw new IllegalArgumentException("'" + label + "' does not name an engine and a precision.");
        return new Execution(label.substring(0, space), on < 0 ? Device.CPU : Device.of(label.substring(on + ON.length())),
            Precision.of(label.substring(space + 1, on < 0 ? label.length() : on)));
    }
}
