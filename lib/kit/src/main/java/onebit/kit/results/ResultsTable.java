package onebit.kit.results;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import onebit.engine.Execution;
import onebit.published.PublishedFigures;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The eight rows: published figures and reproduced figures in columns of their own, the settings beside every reproduced
 * figure, and for a row without any why it has none. A row that was run with several settings has a line for each.
 */
final class ResultsTable {

    private final StringColumn row = StringColumn.create("row");
    private final DoubleColumn publishedReadme = DoubleColumn.create("published_readme_percent");
    private final DoubleColumn publishedNotebook = DoubleColumn.create("published_notebook_percent");
    private final DoubleColumn reproduced = DoubleColumn.create("reproduced_percent");
    private final DoubleColumn deviation = DoubleColumn.create("reproduced_deviation");
    private final DoubleColumn low = DoubleColumn.create("reproduced_wilson95_low");
    private final DoubleColumn high = DoubleColumn.create("reproduced_wilson95_high");
    private final DoubleColumn meanLow = DoubleColumn.create("reproduced_mean95_low");
    private final DoubleColumn meanHigh = DoubleColumn.create("reproduced_mean95_high");
    private final StringColumn verdict = StringColumn.create("verdict");
    private final IntColumn runs = IntColumn.create("runs");
    private final StringColumn notRun = StringColumn.create("not_run");
    private final IntColumn depth = IntColumn.create("depth");
    private final IntColumn width = IntColumn.create("width");
    private final IntColumn epochs = IntColumn.create("epochs");
    private final IntColumn trainImages = IntColumn.create("train_images");
    private final IntColumn testImages = IntColumn.create("test_images");
    private final IntColumn batchSize = IntColumn.create("batch_size");
    private final StringColumn seeds = StringColumn.create("seeds");
    private final StringColumn engine = StringColumn.create("engine");
    private final StringColumn device = StringColumn.create("device");
    private final StringColumn precision = StringColumn.create("precision");
    private final StringColumn algorithm = StringColumn.create("algorithm");
    private final StringColumn computedBy = StringColumn.create("computed_by");
    private final StringColumn network = StringColumn.create("network");
    private final DoubleColumn pflops = DoubleColumn.create("pflops_a_run");
    private final DoubleColumn seconds = DoubleColumn.create("training_seconds_mean");
    private final StringColumn date = StringColumn.create("date");
    private final StringColumn folders = StringColumn.create("run_folders");
    private final StringColumn reproducedInWords = StringColumn.create("reproduced_in_words");
    private final StringColumn settingsInWords = StringColumn.create("settings_in_words");
    private final List<Column<?>> columns = List.of(row, publishedReadme, publishedNotebook, reproduced, deviation, low, high, meanLow,
        meanHigh, verdict, runs, notRun, depth, width,
        epochs, trainImages, testImages, batchSize, seeds, engine, device, precision, algorithm,
        computedBy, network, pflops, seconds, date, folders, reproducedInWords, settingsInWords);
    private final List<Line> lines = new ArrayList<>();

    /** A line of the table: a reproduction of a row, or the reason why there is none. */
    sealed interface Line {
        Row row();

        /** On the published figure. */
        default Verdict verdict() {
            return switch (this) {
                case Reproduced r -> Verdict.of(r.reproduction());
                case NotRun n -> Verdict.NOT_RUN;
            };
        }

        record Reproduced(Row row, Reproduction reproduction) implements Line {}

        record NotRun(Row row, String reason) implements Line {}
    }

    /** @param reasons by row, why it was not run, not finished or cannot be read; a row that is not among them has just not been run */
    ResultsTable(List<Run> finished, Map<String, String> reasons) {
        for (Row r : Row.ALL) {
            List<Reproduction> reproductions = Reproduction.of(r.id(), finished);
            if (reproductions.isEmpty()) add(new Line.NotRun(r, reasons.getOrDefault(r.id(), "no run folder")));
            for (Reproduction reproduction : reproductions) add(new Line.Reproduced(r, reproduction));
        }
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }

    private void add(Line line) {
        lines.add(line);
        PublishedFigures.Result published = PublishedFigures.result(line.row().id());
        row.append(line.row().id());
        publishedReadme.append(published.readmeAccuracyPercent());
        publishedNotebook.append(published.notebookAccuracyPercent());
        verdict.append(line.verdict().words());
        switch (line) {
            case Line.Reproduced r -> add(r.reproduction());
            case Line.NotRun n -> {
                notRun.append(n.reason());
                for (Column<?> column : columns) if (column.size() < row.size()) column.appendMissing();
            }
        }
    }

    private void add(Reproduction r) {
        TrainingConfig settings = r.settings();
        Run first = r.runs().getFirst();
        reproduced.append(round(r.accuracy(), 3));
        if (r.runs().size() == 1) {
            deviation.appendMissing();
            low.append(round(r.interval().low(), 2));
            high.append(round(r.interval().high(), 2));
            meanLow.appendMissing();
            meanHigh.appendMissing();
        } else {
            deviation.append(round(r.deviation(), 3));
            low.appendMissing();
            high.appendMissing();
            meanLow.append(round(r.meanInterval().low(), 2));
            meanHigh.append(round(r.meanInterval().high(), 2));
        }
        runs.append(r.runs().size());
        notRun.appendMissing();
        depth.append(settings.depth());
        width.append(settings.width());
        epochs.append(settings.epochs());
        trainImages.append(first.result().trainImages());
        testImages.append(first.result().images());
        batchSize.append(settings.batchSize());
        seeds.append(r.seeds());
        engine.append(r.ofExecutions(Execution::engine));
        device.append(r.ofExecutions(e -> e.device().label()));
        precision.append(r.ofExecutions(e -> e.precision().label()));
        algorithm.append(settings.algorithm().label());
        computedBy.append(r.computedBy());
        network.append(r.networks());
        pflops.append(round(first.result().pflops(), 3));
        seconds.append(round(r.runs().stream().mapToDouble(run -> run.result().seconds()).average().orElseThrow(), 1));
        date.append(r.dates());
        folders.append(r.folders());
        reproducedInWords.append(r.accuracyInWords());
        settingsInWords.append(r.settingsInWords());
    }

    Table table() {
        return Table.create(columns);
    }

    String csv() {
        StringWriter text = new StringWriter();
        table().write().csv(text);
        return text.toString();
    }

    private static double round(double value, int decimals) {
        double scale = Math.pow(10, decimals);
        return Math.round(value * scale) / scale;
    }
}
