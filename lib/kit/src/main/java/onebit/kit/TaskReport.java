package onebit.kit;

import java.time.Duration;
import java.util.Locale;

/** The progress of a task that is not training in words, the same on the command line and in notebooks. */
public final class TaskReport {

    private TaskReport() {}

    /**
     * How much is done: {@code 1.0 of 4.0 MB}, {@code 3 files}.
     *
     * @param total 0 or less if it is not known
     */
    public static String amount(long done, long total, String unit) {
        return number(done, unit) + (total > 0 ? " of " + number(total, unit) : "") + " " + shown(unit);
    }

    /** How fast it is: {@code 2.5 MB/s}. */
    public static String speed(double rate, String unit) {
        return number(rate, unit) + " " + shown(unit) + "/s";
    }

    /** How long the rest will take: {@code 0:00:03 left}. */
    public static String left(long rest, double rate) {
        return TrainingReport.time(Duration.ofMillis((long) (1e3 * rest / rate))) + " left";
    }

    private static String number(double value, String unit) {
        return isBytes(unit) ? String.format(Locale.ROOT, "%.1f", value / 1e6) : String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String shown(String unit) {
        return isBytes(unit) ? "MB" : unit;
    }

    private static boolean isBytes(String unit) {
        return unit.equals("bytes");
    }
}
