package onebit.kit.figures;

import java.util.List;
import onebit.model.WideResNet.Activation;
import onebit.published.PublishedFigures;
import onebit.published.PublishedFigures.CurvePoint;
import onebit.run.EpochMetrics;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A run that goes on: its accuracy so far over the authors' in the same epochs. */
public final class TrainingFigure {

    /** Runs of more epochs than these are lines without markers. */
    private static final int MARKED = 40;

    /**
     * Accuracy on training images in an epoch so far.
     *
     * @param epoch    epochs done, with the part of the one that goes on
     * @param accuracy 0..1
     */
    public record Point(double epoch, double accuracy) {}

    private TrainingFigure() {}

    /**
     * @param epochs  completed ones
     * @param running accuracy within epochs
     */
    public static XYChart chart(TrainingConfig config, List<EpochMetrics> epochs, List<Point> running) {
        XYChart chart = Charts.xy("", "epochs", "accuracy, %", 800, 380);
        AxesChartStyler style = chart.getStyler();
        style.setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal).setLegendPadding(18); // else a name touches the next line
        // A little beyond the ends, so that these have ticks and markers there are whole.
        style.setXAxisMin(-0.02 * config.epochs()).setXAxisMax(1.02 * config.epochs()).setYAxisMin(-2.0).setYAxisMax(102.0);
        style.setXAxisDecimalPattern(config.epochs() < 8 ? "0.0" : "0").setYAxisDecimalPattern("0").setXAxisTickMarkSpacingHint(90).setMarkerSize(8);
        List<CurvePoint> theirs = PublishedFigures.curve(config.row()).stream().filter(p -> p.epoch() <= config.epochs()).toList();
        if (!theirs.isEmpty())
            Charts.line(chart, "authors, test (20-10" + (otherRates(config) ? ", of " + Row.of(config.row()).paperEpochs() + " epochs)" : ")"), theirs.stream().mapToDouble(CurvePoint::epoch).toArray(),
                theirs.stream().mapToDouble(p -> 100 * p.testAccuracy()).toArray(), Ink.line(1.6), Ink.THEIRS);
        if (!running.isEmpty())
            Charts.line(chart, "this run, training", running.stream().mapToDouble(Point::epoch).toArray(),
                running.stream().mapToDouble(p -> 100 * p.accuracy()).toArray(), Ink.line(1.2), Ink.ORANGE);
        if (!epochs.isEmpty())
            Charts.line(chart, "this run, test", epochs.stream().mapToDouble(EpochMetrics::epoch).toArray(),
                epochs.stream().mapToDouble(m -> 100 * m.testAccuracy()).toArray(), Ink.line(2.6), Ink.OURS);
        if (config.epochs() <= MARKED)
            chart.getSeriesCollection().stream().filter(s -> s.getLineColor() != Ink.ORANGE)
                .forEach(s -> s.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(s.getLineColor()));
        return chart;
    }

    /** Whether the authors' learning rate was another in the same epochs: with shifted ReLU it falls over the run's length. */
    private static boolean otherRates(TrainingConfig config) {
        Row row = Row.of(config.row());
        return row.activation() instanceof Activation.ShiftedReLU && config.epochs() != row.paperEpochs();
    }
}
