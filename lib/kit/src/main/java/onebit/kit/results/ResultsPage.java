package onebit.kit.results;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import onebit.kit.results.ResultsTable.Line;
import onebit.published.PublishedFigures;
import onebit.train.Row;
import onebit.train.TrainingConfig;

/** The results for people, in Markdown. */
final class ResultsPage {

    private static final String NOT_RUN = "not run: ";
    /** Characters of a reason that the short table has room for. */
    private static final int BRIEF = 100;

    private ResultsPage() {}

    /** All of {@code RESULTS.md}. */
    static String page(List<Line> lines, List<RunFolders.Unreadable> unreadable) {
        StringBuilder text = new StringBuilder("""
            # Results

            Written by `onebit results` from the run folders in `runs/`; edit nothing here. *Published* figures are the authors', of networks of
            depth 20 and width 10 trained for 254 (batch norm) or 300 epochs (shifted ReLU): the first as in their repository's README, the second as
            their notebooks last printed it. *Reproduced* figures are measured by this kit, at the end of the last epoch, with the settings beside them:
            they compare with the published ones only at the published settings. Accuracies are per cent of the test images.

            """);
        text.append(table(lines, List.of("Row", "Published (README)", "Published (notebook)", "Reproduced", "Verdict", "Network", "Epochs", "Images", "Seeds",
            "Engine", "Date", "Run folders"), ResultsPage::cells));
        text.append("""

            One run: in brackets Wilson's 95 % interval for this many test images. Several runs that differ in their seeds only: mean ± sample standard
            deviation, and in brackets Student's 95 % interval of the mean. Of runs with the same seed the first by its folder's name counts. Runs of one
            line, or of lines that are compared, may have been computed by other algorithms of convolution: column `network` of `table.csv`.

            *Verdict*: at the published settings a reproduced figure *agrees* with that of the authors' README if they are at most 0.5 points apart, or else
            is *below* or *above* it. Runs of the paper's network that differ in their seeds have a standard deviation of about 0.25 points (0.24 and 0.26
            over five runs on CIFAR-100, measured by others: szagoruyko/binary-wide-resnet). The published figure is a single run, too, so of six faithful
            runs one is expected to be more than half a point off. *Other settings*: another depth, width, length or part of the
            data than the authors', so that their figure is no measure of it.
            """);
        if (!unreadable.isEmpty()) {
            text.append("\nRun folders that could not be read and are not in the table:\n\n");
            unreadable.forEach(run -> text.append("- ").append(run.reason()).append('\n'));
        }
        return text.toString();
    }

    /** The short table of the project's README: of each row the reproduction that took the most arithmetic, or in short why there is none. */
    static String summary(List<Line> lines) {
        List<Line> first = Row.ALL.stream().map(row -> lines.stream().filter(l -> l.row().equals(row)).findFirst().orElseThrow()).toList();
        return table(first, List.of("Row", "Published (20-10)", "Reproduced", "Verdict", "Settings of the reproduced figure"), line -> List.of(
            line.row().id(), published(line.row()), line instanceof Line.NotRun n ? NOT_RUN + brief(n.reason()) : reproduced(line), verdict(line), switch (line) {
                case Line.NotRun n -> "";
                case Line.Reproduced r -> r.reproduction().settingsInWords();
            }));
    }

    /** A reason's first sentence; where that is long, its first words. */
    private static String brief(String reason) {
        String sentence = reason.split("(?<=\\.)\\s", 2)[0].replaceFirst("\\.$", "");
        return sentence.length() <= BRIEF ? sentence : sentence.substring(0, BRIEF).replaceFirst("\\s+\\S*$", "") + " …";
    }

    private static String published(Row row) {
        PublishedFigures.Result published = PublishedFigures.result(row.id());
        String readme = percent(published.readmeAccuracyPercent()), notebook = percent(published.notebookAccuracyPercent());
        return readme.equals(notebook) ? readme : readme + " (notebook: " + notebook + ")";
    }

    private static List<String> cells(Line line) {
        PublishedFigures.Result published = PublishedFigures.result(line.row().id());
        String readme = percent(published.readmeAccuracyPercent()), notebook = percent(published.notebookAccuracyPercent());
        return switch (line) {
            case Line.NotRun n -> List.of(n.row().id(), readme, notebook, reproduced(n), verdict(n), "", "", "", "", "", "", "");
            case Line.Reproduced r -> {
                TrainingConfig s = r.reproduction().settings();
                Run run = r.reproduction().runs().getFirst();
                yield List.of(r.row().id(), readme, notebook, reproduced(r), verdict(r), s.depth() + "-" + s.width(), Integer.toString(s.epochs()),
                    count(run.result().trainImages()) + " / " + count(run.result().images()), r.reproduction().seeds(), r.reproduction().computedBy() + " (" + s.algorithm().label() + ")",
                    r.reproduction().dates(), r.reproduction().folders());
            }
        };
    }

    private static String reproduced(Line line) {
        return switch (line) {
            case Line.NotRun n -> NOT_RUN + n.reason();
            case Line.Reproduced r -> r.reproduction().accuracyInWords();
        };
    }

    private static String verdict(Line line) {
        return line.verdict().words() + switch (line.verdict()) {
            case AGREES, BELOW, ABOVE -> String.format(Locale.ROOT, " (%+.2f)", Verdict.difference(((Line.Reproduced) line).reproduction()));
            case OTHER_SETTINGS, NOT_RUN -> "";
        };
    }

    private static String table(List<Line> lines, List<String> titles, Function<Line, List<String>> cells) {
        return row(titles) + row(titles.stream().map(t -> "---").toList()) + lines.stream().map(cells).map(ResultsPage::row).collect(Collectors.joining());
    }

    private static String row(List<String> cells) {
        return cells.stream().map(c -> c.replace("|", "\\|").replace('\n', ' ')).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String count(int images) {
        return String.format(Locale.ROOT, "%,d", images);
    }
}
