package onebit.kit.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import onebit.data.Progress;
import onebit.kit.TaskReport;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Shows on standard error how far a task is: on a terminal a line that moves, elsewhere a plain line every few seconds.
 * One task at a time; another task ends the line of the one before.
 */
final class ProgressDisplay implements Progress, AutoCloseable {

    private static final int TERMINAL_INTERVAL_MS = 200;
    private static final int PLAIN_INTERVAL_MS = 10_000;
    private static final int PLAIN_LENGTH = 200;
    private static final int SHORTEST_BAR = 5, LONGEST_BAR = 20;

    private final PrintWriter err;
    private final boolean terminal;
    private String task = "";
    private volatile String message = "";
    private volatile String plain = "";
    private ProgressBar bar;

    ProgressDisplay(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** On a terminal if the launcher found standard error to be one: {@link System#console} tells of the other streams only. */
    static ProgressDisplay of(CommandSpec spec) {
        return new ProgressDisplay(spec.commandLine().getErr(), Boolean.getBoolean("onebit.terminal"));
    }

    /** A line of its own. */
    @Override
    public void say(String line) {
        end();
        err.println(line);
        err.flush();
    }

    /** A task whose speed and time left are worked out here. */
    @Override
    public void update(String newTask, long done, long total, String unit) {
        show(newTask, done, total, unit, "");
    }

    /**
     * A task that tells its own speed and time left.
     *
     * @param message all that is shown besides the percentage
     */
    void tell(String newTask, long done, long total, String message) {
        show(newTask, done, total, "", message);
    }

    private void show(String newTask, long done, long total, String unit, String newMessage) {
        if (bar == null || !task.equals(newTask)) {
            end();
            message = newMessage;
            begin(newTask, done, total, unit);
        }
        message = newMessage;
        if (total > 0) bar.maxHint(total);
        bar.stepTo(done);
        if (total >= 0 && done >= total) end();
    }

    private void begin(String newTask, long done, long total, String unit) {
        task = newTask;
        ProgressBarBuilder builder = ProgressBar.builder().setTaskName(newTask).setInitialMax(total).startsFrom(done, Duration.ZERO)
            .setRenderer((state, length) -> line(state, unit, length));
        if (terminal) builder.setUpdateIntervalMillis(TERMINAL_INTERVAL_MS).setConsumer(new TerminalConsumer());
        else builder.setUpdateIntervalMillis(PLAIN_INTERVAL_MS).setConsumer(new DelegatingProgressBarConsumer(this::plain, PLAIN_LENGTH));
        bar = builder.build();
    }

    /** A line that says something new; a task's first line, before anything is done, does not. */
    private void plain(String line) {
        if (line.isEmpty() || line.equals(plain)) return;
        plain = line;
        err.println(line);
        err.flush();
    }

    /** The line for a state, at most {@code length} characters. */
    private String line(ProgressState state, String unit, int length) {
        if (!terminal && state.getCurrent() == state.getStart()) return "";
        OptionalDouble part = state.getMax() > 0 ? OptionalDouble.of(Math.min(1, (double) state.getCurrent() / state.getMax())) : OptionalDouble.empty();
        String said = message.isEmpty() ? pace(state, unit) : message;
        if (terminal) return moving(state.getTaskName(), part, said, length);
        String text = (state.getTaskName() + part(part) + "  " + said).stripTrailing();
        return text.length() <= length ? text : text.substring(0, length);
    }

    /**
     * A line of exactly {@code length} characters, over what is left of a longer one. Where there is not room for all, what is said
     * comes first, then the part that is done, the task's name and a bar, as long as fits.
     */
    static String moving(String task, OptionalDouble part, String said, int length) {
        String head = Stream.of(task + part(part), part(part).strip(), "").filter(h -> h.length() + 2 + said.length() <= length).findFirst().orElse("");
        int bar = Math.min(LONGEST_BAR, length - head.length() - said.length() - " []  ".length());
        if (part.isPresent() && head.startsWith(task) && bar >= SHORTEST_BAR) {
            int full = (int) Math.round(bar * part.getAsDouble());
            head = task + " [" + "=".repeat(full) + " ".repeat(bar - full) + "]" + part(part);
        }
        String text = (head.isEmpty() ? said : head + "  " + said) + " ".repeat(Math.max(0, length));
        return text.substring(0, Math.max(0, length));
    }

    private static String part(OptionalDouble part) {
        return part.isPresent() ? String.format(Locale.ROOT, " %3.0f %%", 100 * part.getAsDouble()) : "";
    }

    /** Asks for the terminal's width now and then only: a program is started for it. */
    private static final class TerminalConsumer extends ConsoleProgressBarConsumer {

        private static final long WIDTH_HOLDS_NS = 5_000_000_000L;

        private int width;
        private long asked;

        TerminalConsumer() {
            super(new PrintStream(System.err, true));
        }

        @Override
        public int getMaxRenderedLength() {
            long now = System.nanoTime();
            if (width == 0 || now - asked > WIDTH_HOLDS_NS) {
                width = super.getMaxRenderedLength();
                asked = now;
            }
            return width;
        }
    }

    /** How much of how much, how fast, and how long it will take at that. */
    private static String pace(ProgressState state, String unit) {
        String amount = TaskReport.amount(state.getCurrent(), state.getMax(), unit);
        double seconds = state.getElapsedAfterStart().toMillis() / 1e3;
        double rate = (state.getCurrent() - state.getStart()) / Math.max(seconds, 1e-3);
        if (rate <= 0 || seconds < 1 || state.getCurrent() == state.getMax()) return amount;
        return amount + ", " + TaskReport.speed(rate, unit) + (state.getMax() > 0 ? ", " + TaskReport.left(state.getMax() - state.getCurrent(), rate) : "");
    }

    @Override
    public void close() {
        end();
    }

    /** Ends the line of the task that is shown, if there is one. */
    void end() {
        if (bar != null) bar.close();
        bar = null;
    }
}
