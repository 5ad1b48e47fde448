package onebit.kit.notebook;

import java.nio.file.Path;
import java.util.List;
import onebit.kit.figures.CurvesFigure;
import onebit.kit.figures.Figure;
import onebit.kit.figures.Figures;
import onebit.kit.figures.GapFigure;
import onebit.kit.figures.ScheduleFigure;
import onebit.kit.figures.SummaryFigure;
import onebit.kit.results.Results;
import onebit.kit.results.Run;
import onebit.kit.results.RunFolders;
import onebit.run.UserError;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/**
 * The notebook of the results table and the figures: each method is a cell. All is made of the run folders that are there
 * and of what was published; nothing is trained.
 */
public final class FiguresNotebook {

    private final NotebookSession session;

    FiguresNotebook(NotebookSession session) {
        this.session = session;
    }

    /** @throws UserError if an environment variable has a value that is none */
    public static FiguresNotebook open() {
        return new FiguresNotebook(NotebookSession.ofKernel());
    }

    /** What is set, and by which environment variables. */
    public Table settings() {
        return session.settings().table();
    }

    /** Writes the results table and what is made of it, and shows its main columns. */
    public Table table() {
        return NotebookSession.inWords(() -> {
            Results results = session.results();
            Results.Written written = results.write(session.installation().readme(results.folder()));
            sayLeftOut(written.runs());
            int runs = written.runs().finished().size();
            return readable(results.table()).setName("Of " + runs + (runs == 1 ? " finished run" : " finished runs")
                + "; every column is in " + written.table());
        });
    }

    /** The main columns of the results table, under names for people. */
    private static Table readable(Table table) {
        StringColumn settings = StringColumn.create("Settings, or why not run");
        for (Row row : table) settings.append(row.getString(row.isMissing("reproduced_percent") ? "not_run" : "settings_in_words"));
        DoubleColumn published = table.doubleColumn("published_readme_percent");
        published.setPrintFormatter(NumberColumnFormatter.fixedWithGrouping(2));
        return Table.create("", table.column("row").setName("Row"), published.setName("Published, %"),
            table.column("reproduced_in_words").setName("Reproduced, % [95 % interval]"), table.column("verdict").setName("Verdict"), settings);
    }

    /** The gap between full precision and one bit, against the full-precision error. */
    public Figure gap() {
        return NotebookSession.inWords(() -> GapFigure.figure(runs()));
    }

    /** The papers' comparison with other methods, this kit's rows added. */
    public Figure summary() {
        return NotebookSession.inWords(() -> SummaryFigure.figure(runs()));
    }

    /** Accuracy by epoch, a panel a row. */
    public Figure curves() {
        return NotebookSession.inWords(() -> CurvesFigure.figure(runs()));
    }

    /** The learning rates. */
    public Figure schedule() {
        return NotebookSession.inWords(ScheduleFigure::figure);
    }

    /** Writes all figures as PNG and SVG. */
    public void files() {
        NotebookSession.inWords(() -> {
            Path folder = session.installation().figures(session.settings().results());
            List<Path> files = Figures.write(runs(), folder);
            session.output().slot().show(NotebookOutput.Content.of(files.size() + " files in " + folder));
        });
    }

    private List<Run> runs() {
        RunFolders runs = RunFolders.in(session.results().runs());
        sayLeftOut(runs);
        return runs.finished();
    }

    private void sayLeftOut(RunFolders runs) {
        for (RunFolders.Unreadable run : runs.unreadable()) session.output().slot().show(NotebookOutput.Content.of(run.leftOut()));
    }
}
