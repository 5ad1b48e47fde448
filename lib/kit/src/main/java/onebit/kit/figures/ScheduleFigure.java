package onebit.kit.figures;

import java.awt.Color;
import java.util.List;
import java.util.stream.IntStream;
import onebit.published.PublishedFigures;
import onebit.published.PublishedFigures.CurvePoint;
import onebit.train.LearningRateSchedule;
import onebit.train.Row;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The learning rate by epoch, as this kit computes it, with the authors' logs on it. */
public final class ScheduleFigure {

    private static final String TITLE = "Learning rate by epoch";

    /** Steps in an epoch, and in a run at least, at which the schedule is sampled: enough for the eye. */
    private static final int SAMPLES = 4, ALL_SAMPLES = 200;

    private static final int MARKED = 10;

    private ScheduleFigure() {}

    /** Of a row's run of that length. */
    public static XYChart chart(Row row, int epochs) {
        XYChart chart = empty(row.title() + ", " + epochs + (epochs == 1 ? " epoch" : " epochs"), epochs);
        schedule(chart, row.activation().title(), row.schedule(epochs), epochs, Ink.BLUE);
        chart.getStyler().setLegendVisible(false);
        return chart;
    }

    /** The two schedules of the eight rows at the paper's length. */
    public static XYChart chart() {
        XYChart chart = empty(TITLE, 300);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        add(chart, Row.of("cifar10-1bit-bn"), Glyph.CIRCLE, Ink.BLUE);
        add(chart, Row.of("cifar10-1bit-srelu"), Glyph.SQUARE, Ink.VERMILION);
        return chart;
    }

    public static Figure figure() {
        XYChart chart = chart();
        chart.getStyler().setChartTitleVisible(false);
        return Page.of("schedule", TITLE, "Lines: as this kit computes it, cosines with warm restarts for rows with batch norm, one cosine for rows with shifted ReLU."
            + " Markers: the authors' logs, every " + MARKED + "th epoch.", 1, List.of(chart));
    }

    private static XYChart empty(String title, int epochs) {
        XYChart chart = Charts.xy(title, "epoch", "learning rate", 900, 420);
        AxesChartStyler style = chart.getStyler();
        // A little beyond the ends, so that these have ticks and markers there are whole.
        style.setXAxisMin(-0.02 * epochs).setXAxisMax(1.02 * epochs).setYAxisMin(-0.03 * LearningRateSchedule.MAXIMUM).setYAxisMax(1.06 * LearningRateSchedule.MAXIMUM);
        style.setXAxisDecimalPattern("0").setYAxisDecimalPattern("0.00").setXAxisTickMarkSpacingHint(100).setYAxisTickMarkSpacingHint(60).setMarkerSize(8);
        return chart;
    }

    private static void add(XYChart chart, Row row, Glyph glyph, Color colour) {
        String name = row.activation().title();
        schedule(chart, name, row.schedule(row.paperEpochs()), row.paperEpochs(), colour).setShowInLegend(false);
        List<CurvePoint> log = PublishedFigures.curve(row.id()).stream().filter(p -> p.epoch() % MARKED == 0).toList();
        Charts.points(chart, name + ", authors", log.stream().mapToDouble(CurvePoint::epoch).toArray(), log.stream().mapToDouble(CurvePoint::lastRate).toArray(),
            Markers.open(glyph), colour).setShowInLegend(false);
        Charts.legend(chart, name + ", " + row.paperEpochs() + " epochs", Ink.line(1.8), Markers.open(glyph), colour);
    }

    private static XYSeries schedule(XYChart chart, String name, LearningRateSchedule schedule, int epochs, Color colour) {
        int samples = Math.max(SAMPLES, ALL_SAMPLES / epochs);
        double[] x = IntStream.range(0, samples * epochs).mapToDouble(i -> i / samples + i % samples / (samples - 1.0)).toArray();
        double[] y = IntStream.range(0, samples * epochs).mapToDouble(i -> schedule.rate(1 + i / samples, i % samples, samples)).toArray();
        return Charts.line(chart, name, x, y, Ink.line(1.8), colour);
    }
}
