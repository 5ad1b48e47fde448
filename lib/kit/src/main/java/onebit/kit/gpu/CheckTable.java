package onebit.kit.gpu;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import onebit.testing.EngineComparison;
import onebit.run.AtomicFile;

/**
 * A table in Markdown, a line a step. The file is written anew when a step begins and when it ends: if the process dies in
 * a step, or the machine, the table says in which.
 */
final class CheckTable {

    /** How a step has ended. */
    enum Outcome {
        OK("ok"), WRONG("WRONG"), FAILED("FAILED"), NOT_RUN("not run"),
        /** The time was over. */
        NOT_BEGUN("not begun"),
        /** A figure that is neither right nor wrong. */
        TOLD("");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }
    }

    /**
     * What a step has found.
     *
     * @param allowed what the measured must not exceed; empty if there is no such thing
     */
    record Finding(String measured, String allowed, Outcome outcome) {

        static Finding told(String measured) {
            return new Finding(measured, "", Outcome.TOLD);
        }

        static Finding notRun(String why) {
            return new Finding(why, "", Outcome.NOT_RUN);
        }

        /** Errors beside their limits: outputs, gradients, momentum after two steps, whose limit is that of gradients. */
        static Finding errors(EngineComparison found, double outputLimit, double gradientLimit) {
            boolean right = found.worstOutput() <= outputLimit && found.worstGradient() <= gradientLimit && found.worstMomentum() <= gradientLimit;
            return new Finding(String.format(Locale.ROOT, "%.1e, %.1e, %.1e", found.worstOutput(), found.worstGradient(), found.worstMomentum()),
                String.format(Locale.ROOT, "%.0e, %.0e, %.0e", outputLimit, gradientLimit, gradientLimit), right ? Outcome.OK : Outcome.WRONG);
        }
    }

    private record Line(String step, Finding finding, String seconds) {
        @Override
        public String toString() {
            return "| " + cell(step) + " | " + cell(finding.measured) + " | " + finding.allowed + " | " + finding.outcome.word + " | " + seconds + " |";
        }

        private static String cell(String text) {
            return text.replace('|', '/').replace("\n", " ");
        }
    }

    private final Path file;
    private final String heading;
    private final PrintWriter out;
    private final long end;
    private final List<Line> lines = new ArrayList<>();

    /**
     * @param heading of the file
     * @param limit   time after which no further step is begun
     * @param out     shows every line when its step has ended
     */
    CheckTable(Path file, String heading, Duration limit, PrintWriter out) {
        this.file = file;
        this.heading = heading;
        this.out = out;
        end = System.nanoTime() + limit.toNanos();
    }

    /** Runs a step and writes what came of it; what it throws is its finding too. */
    void step(String name, Callable<Finding> step) {
        if (System.nanoTime() > end) {
            add(new Line(name, new Finding("the time was over", "", Outcome.NOT_BEGUN), ""));
            return;
        }
        write(new Line(name, Finding.told("running"), ""));
        long start = System.nanoTime();
        Finding finding;
        try {
            finding = step.call();
        } catch (Exception | Error e) {
            finding = new Finding(e.getMessage() == null ? e.toString() : e.getMessage(), "", Outcome.FAILED);
        }
        add(new Line(name, finding, String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9)));
    }

    private void add(Line line) {
        lines.add(line);
        write(null);
        out.println(line);
        out.flush();
    }

    private void write(Line running) {
        StringBuilder text = new StringBuilder(heading).append("\n\n| Step | Measured | Allowed | Outcome | Seconds |\n| --- | --- | --- | --- | --- |\n");
        for (Line line : lines) text.append(line).append('\n');
        if (running != null) text.append(running).append('\n');
        AtomicFile.write(file, text.toString());
    }

    /** How many steps have ended so. */
    long count(Outcome outcome) {
        return lines.stream().filter(l -> l.finding.outcome == outcome).count();
    }
}
