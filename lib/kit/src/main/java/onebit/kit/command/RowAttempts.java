package onebit.kit.command;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import onebit.kit.LoadFailure;
import onebit.kit.MemoryFailure;
import onebit.kit.results.NotRun;
import onebit.run.UserError;
import onebit.train.Row;

/**
 * Rows that are tried one after the other. Why one fails is said and noted, and does not keep the next from being tried.
 *
 * @param notes   where it is noted
 * @param display whose line ends before it is said
 * @param out     where it is said
 * @param err     for the trace of a fault of the program
 */
record RowAttempts(NotRun notes, ProgressDisplay display, PrintWriter out, PrintWriter err) {

    /**
     * @param run whether it ran the row to its end
     * @return the same; false if it failed
     */
    boolean attempt(Row row, BooleanSupplier run) {
        try {
            boolean finished = run.getAsBoolean();
            if (finished) notes.forget(row.id());
            return finished;
        } catch (UserError e) {
            return notRun(row, e.getMessage());
        } catch (LinkageError e) {
            return notRun(row, LoadFailure.sentence(e).getMessage());
        } catch (OutOfMemoryError e) {
            return notRun(row, MemoryFailure.sentence(e));
        } catch (RuntimeException e) {
            e.printStackTrace(err);
            return notRun(row, "the program failed: " + e);
        }
    }

    private boolean notRun(Row row, String reason) {
        display.end();
        out.println(row.id() + ": not run: " + reason);
        out.flush();
        notes.note(row.id(), reason);
        return false;
    }
}
