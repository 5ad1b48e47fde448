package onebit.kit.notebook;

import java.util.List;
import java.util.Locale;
import onebit.kit.results.Reproduction;
import onebit.kit.results.Run;
import onebit.kit.results.Verdict;
import onebit.kit.results.WilsonInterval;
import onebit.published.PublishedFigures;
import onebit.run.RunFolder;
import onebit.train.Row;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** A finished run beside the published figure of its row. */
record Comparison(Run run, PublishedFigures.Result published) {

    private static final int PUBLISHED_IMAGES = 10_000;

    /** Of a folder with a finished run. */
    static Comparison of(RunFolder folder) {
        Run run = Run.of(folder, folder.result().orElseThrow());
        return new Comparison(run, PublishedFigures.result(run.config().row()));
    }

    /** With Wilson's interval for the number of test images. */
    Table table() {
        StringColumn whose = StringColumn.create("Whose"), network = StringColumn.create("Network");
        DoubleColumn accuracy = DoubleColumn.create("Test accuracy, %"), low = DoubleColumn.create("95 % interval from, %"), high = DoubleColumn.create("to, %");
        IntColumn epochs = IntColumn.create("Epochs"), images = IntColumn.create("Test images");
        Object[][] lines = {
            {"Published: the authors' README", published.readmeAccuracyPercent(), PUBLISHED_IMAGES, published.epochs(), "20-10"},
            {"Published: their notebook, at its end", published.notebookAccuracyPercent(), PUBLISHED_IMAGES, published.epochs(), "20-10"},
            {"Reproduced: this run", run.result().accuracyPercent(), run.result().images(), run.result().epochs(), run.config().depth() + "-" + run.config().width()}};
        for (Object[] line : lines) {
            double percent = (double) line[1];
            int of = (int) line[2];
            WilsonInterval interval = WilsonInterval.of((int) Math.round(percent / 100 * of), of);
            whose.append((String) line[0]);
            accuracy.append(percent);
            low.append(interval.low());
            high.append(interval.high());
            images.append(of);
            epochs.append((int) line[3]);
            network.append((String) line[4]);
        }
        for (DoubleColumn column : List.of(accuracy, low, high)) column.setPrintFormatter(NumberColumnFormatter.fixedWithGrouping(2));
        images.setPrintFormatter(NumberColumnFormatter.intsWithGrouping());
        return Table.create("", whose, accuracy, low, high, images, network, epochs);
    }

    String sentence() {
        Reproduction reproduction = new Reproduction(List.of(run));
        Verdict verdict = Verdict.of(reproduction);
        String difference = String.format(Locale.ROOT, "%+.2f points against the published %.2f %%", Verdict.difference(reproduction), published.readmeAccuracyPercent());
        return switch (verdict) {
            case OTHER_SETTINGS -> "Verdict: other settings. This run (" + reproduction.description() + ") is not of the authors' size and length (20-10, "
                + Row.of(run.config().row()).paperEpochs() + " epochs, all images), so that its " + difference + " say nothing about theirs.";
            case AGREES, ABOVE, BELOW -> String.format(Locale.ROOT, "Verdict: %s; %s. Up to %.2f points either way count as agreement; of six faithful runs one is expected further off, by its seed alone.", verdict.words(), difference, Verdict.TOLERANCE);
            case NOT_RUN -> throw new IllegalStateException("A finished run has been run.");
        };
    }
}
