package onebit.kit.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import onebit.kit.Main;
import picocli.CommandLine;

/** Runs the command line in this process. */
final class Shell {

    /** What a command did. */
    record Outcome(int code, String out, String err) {
        /** Lines of standard error. */
        long errorLines() {
            return err.lines().count();
        }
    }

    private Shell() {}

    static Outcome run(String... args) {
        return run(Main.commandLine(), args);
    }

    static Outcome run(CommandLine line, String... args) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(args);
        return new Outcome(code, out.toString(), err.toString());
    }
}
