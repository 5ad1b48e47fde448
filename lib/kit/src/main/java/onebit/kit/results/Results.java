package onebit.kit.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import onebit.run.AtomicFile;
import tech.tablesaw.api.Table;

/**
 * The folder {@code results}:
 *
 * <pre>
 *   runs/        a folder a run
 *   not-run/     why rows were not run, as of the last time they were tried
 *   table.csv    the results table, for programs
 *   RESULTS.md   the same for people
 * </pre>
 *
 * @param folder of all of these
 */
public record Results(Path folder) {

    private static final Pattern MARKED = Pattern.compile("(<!-- results -->\n).*?(<!-- /results -->)", Pattern.DOTALL);

    public Path runs() {
        return folder.resolve("runs");
    }

    /** Why rows were not run; written by {@code onebit reproduce} and the rows' notebooks. */
    public NotRun notRun() {
        return new NotRun(folder.resolve("not-run"));
    }

    /**
     * Writes the table, the page and, where it has the marks {@code <!-- results -->} and {@code <!-- /results -->}, what is
     * between them in the project's README.
     *
     * @param readme may be missing
     * @return what was written
     */
    public Written write(Path readme) {
        RunFolders runs = RunFolders.in(runs());
        ResultsTable table = table(runs);
        Path csv = folder.resolve("table.csv"), page = folder.resolve("RESULTS.md");
        AtomicFile.write(csv, table.csv());
        AtomicFile.write(page, ResultsPage.page(table.lines(), runs.unreadable()));
        return new Written(csv, page, summarize(readme, table) ? Optional.of(readme) : Optional.empty(), runs);
    }

    /** What {@code table.csv} holds when it is written. */
    public Table table() {
        return table(RunFolders.in(runs())).table();
    }

    private ResultsTable table(RunFolders runs) {
        Map<String, String> reasons = new HashMap<>(runs.unfinished());
        for (RunFolders.Unreadable run : runs.unreadable())
            run.row().ifPresent(row -> reasons.merge(row.id(), "its folder " + run.folder() + " cannot be read", (a, b) -> a + "; " + b));
        notRun().reasons().forEach((row, reason) -> reasons.merge(row, reason, (state, lastTried) -> state + "; last tried: " + lastTried));
        return new ResultsTable(runs.finished(), reasons);
    }

    /**
     * What {@link #write} wrote.
     *
     * @param readme if it has the marks
     * @param runs   of whose finished ones the table is made
     */
    public record Written(Path table, Path page, Optional<Path> readme, RunFolders runs) {}

    private static boolean summarize(Path readme, ResultsTable table) {
        if (!Files.isRegularFile(readme)) return false;
        try {
            String text = Files.readString(readme);
            Matcher marked = MARKED.matcher(text);
            if (!marked.find()) return false;
            String summary = ResultsPage.summary(table.lines());
            String renewed = text.substring(0, marked.end(1)) + summary + text.substring(marked.start(2));
            if (!renewed.equals(text)) AtomicFile.write(readme, renewed);
            return true;
        } catch (IOException e) {
            throw AtomicFile.cannotRead(readme, e);
        }
    }
}
