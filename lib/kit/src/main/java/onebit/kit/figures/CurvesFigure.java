package onebit.kit.figures;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import onebit.kit.results.Reproduction;
import onebit.kit.results.Run;
import onebit.kit.results.Verdict;
import onebit.model.WideResNet.Activation;
import onebit.published.PublishedFigures;
import onebit.published.PublishedFigures.CurvePoint;
import onebit.run.EpochMetrics;
import onebit.train.Row;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Test accuracy, epoch by epoch: the authors' log of a row, and over it this kit's runs. Of a row that was run at several
 * settings, the runs that took the most arithmetic, as in the README's table.
 *
 * <p>The axis of epochs shows the logarithm of epoch + 2, with ticks where a cycle of the warm-restart schedule ends, so that a run of 30
 * epochs can be seen beside one of 254.
 */
public final class CurvesFigure {

    /** Ends of the axis of epochs, as {@link #position}s: a little beyond epochs 1 and 300. */
    private static final double FIRST = 1.4, LAST = 8.4;

    private static final String TITLE = "Test accuracy by epoch";
    private static final String AXES = " The axis of epochs shows the logarithm of epoch + 2; its ticks are where a cycle of the warm-restart schedule ends.";

    private CurvesFigure() {}

    /** One row's chart. */
    public static XYChart chart(Row row, List<Run> runs) {
        return chart(row, runs, 800, 480);
    }

    /** One of the page with all rows. */
    static XYChart panel(Row row, List<Run> runs) {
        return chart(row, runs, 540, 360);
    }

    private static XYChart chart(Row row, List<Run> runs, int width, int height) {
        XYChart chart = Charts.xy(row.title(), "epoch", "test accuracy, %", width, height);
        AxesChartStyler style = chart.getStyler();
        style.setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Vertical);
        style.setXAxisMin(FIRST).setXAxisMax(LAST).setYAxisDecimalPattern("0").setYAxisTickMarkSpacingHint(48);
        // A tick at every whole position, and none between.
        style.setXAxisTickMarkSpacingHint((int) ((width - 80) / (LAST - FIRST)));
        chart.setCustomXAxisTickLabelsFormatter(position -> String.valueOf(Math.round(Math.pow(2, position)) - 2));
        theirs(chart, row);
        Optional<Reproduction> reproduction = Reproduction.of(row.id(), runs).stream().findFirst();
        if (reproduction.isPresent()) ours(chart, reproduction.get());
        else Charts.remark(chart, "this kit: not run");
        double lowest = chart.getSeriesCollection().stream().flatMapToDouble(series -> Arrays.stream(series.getYData())).filter(y -> !Double.isNaN(y))
            .min().orElseThrow();
        // Panels of a data set have the same axis, unless a curve needs more.
        double least = Math.min(row.dataset().equals("cifar10") ? 20 : 0, 20 * Math.floor(lowest / 20));
        style.setYAxisMin(least - 2).setYAxisMax(102.0);
        return chart;
    }

    /** One row as a page. */
    public static Figure figure(Row row, List<Run> runs) {
        XYChart chart = chart(row, runs);
        chart.getStyler().setChartTitleVisible(false);
        return Page.of("curves-" + row.id(), TITLE + ": " + row.title(), settings(row, runs) + AXES, 1, List.of(chart));
    }

    /** All eight rows, full precision on the left, one bit on the right. */
    public static Figure figure(List<Run> runs) {
        List<XYChart> charts = Row.ALL.stream().map(row -> panel(row, runs)).toList();
        return Page.of("curves", TITLE, "Grey: the authors' logs, networks of 20-10. Blue: this kit's runs, with their settings; they compare with the"
            + " authors' only at the same settings. With shifted ReLU the learning rate falls once, over a run's own length: a shorter run's has reached its lowest"
            + " where the authors' is still high." + AXES, 2, charts);
    }

    private static String settings(Row row, List<Run> runs) {
        List<CurvePoint> curve = PublishedFigures.curve(row.id());
        String theirs = "The authors' log: 20-10, " + row.paperEpochs() + " epochs"
            + (curve.size() < row.paperEpochs() ? ", of which " + curve.size() + " are logged, up to " + curve.getLast().epoch() : "")
            + (row.activation() instanceof Activation.ShiftedReLU ? "; their learning rate falls over all of these, that of a run of this kit over its own" : "") + ". ";
        return Reproduction.of(row.id(), runs).stream().findFirst().map(ours -> theirs + "This kit: " + ours.settingsInWords()
            + ". Verdict: " + Verdict.of(ours).words() + ".").orElse(theirs + "This kit: not run.");
    }

    private static void theirs(XYChart chart, Row row) {
        List<CurvePoint> curve = PublishedFigures.curve(row.id());
        double[] x = curve.stream().mapToDouble(p -> position(p.epoch())).toArray(), y = curve.stream().mapToDouble(p -> 100 * p.testAccuracy()).toArray();
        Charts.line(chart, "authors", x, y, Ink.line(1.6), Ink.THEIRS).setShowInLegend(false);
        Charts.points(chart, "authors, end", last(x), last(y), Markers.open(Glyph.CIRCLE), Ink.THEIRS).setShowInLegend(false);
        PublishedFigures.Result published = PublishedFigures.result(row.id());
        double readme = published.readmeAccuracyPercent(), notebook = published.notebookAccuracyPercent();
        String ends = String.format(Locale.ROOT, "authors, 20-10: %.2f %%", readme);
        Charts.legend(chart, notebook == readme ? ends : Charts.label(chart, ends, String.format(Locale.ROOT, "(log: %.2f %%)", notebook)),
            Ink.line(1.6), Markers.open(Glyph.CIRCLE), Ink.THEIRS);
    }

    private static void ours(XYChart chart, Reproduction reproduction) {
        for (Run run : reproduction.runs()) {
            if (run.metrics().isEmpty()) continue;
            String name = "run " + run.folder().getFileName();
            double[] x = run.metrics().stream().mapToDouble(m -> position(m.epoch())).toArray();
            double[] y = run.metrics().stream().mapToDouble(CurvesFigure::percent).toArray();
            Charts.line(chart, name, x, y, Ink.line(2.6), Ink.OURS).setShowInLegend(false);
            Charts.points(chart, name + ", end", last(x), last(y), Markers.filled(Glyph.STAR), Ink.OURS).setShowInLegend(false);
        }
        String accuracy = String.format(Locale.ROOT, "%.2f", reproduction.accuracy())
            + (reproduction.runs().size() == 1 ? " %" : String.format(Locale.ROOT, " ± %.2f %% (n = %d)", reproduction.deviation(), reproduction.runs().size()));
        Charts.legend(chart, Charts.label(chart, "this kit: " + accuracy, reproduction.description()), Ink.line(2.6), Markers.filled(Glyph.STAR), Ink.OURS);
    }

    private static double percent(EpochMetrics metrics) {
        return 100 * metrics.testAccuracy();
    }

    private static double[] last(double[] values) {
        return new double[] {values[values.length - 1]};
    }

    /** Where an epoch stands: 2, 3, 4, ... at the ends of the schedule's cycles, epochs 2, 6, 14, ... */
    private static double position(int epoch) {
        return Math.log(epoch + 2) / Math.log(2);
    }
}
