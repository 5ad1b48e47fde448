package onebit.kit.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.data.PublishedFigures;
import onebit.kit.TrainingReport;
import onebit.run.EpochMetrics;
import onebit.train.TrainingConfig;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A run as it is now: a line of figures, and its accuracy so far over the authors' in the same epochs. */
final class LiveChart {

    private static final int WIDTH = 760, HEIGHT = 340;
    // Blue and orange of Okabe and Ito's palette, which colour-blind readers tell apart; the authors' is grey, as in all figures.
    private static final Color OURS = new Color(0x0072B2), RUNNING = new Color(0xE69F00), AUTHORS = new Color(0x808080);

    private final TrainingConfig config;
    private final List<PublishedFigures.CurvePoint> published;

    LiveChart(TrainingConfig config) {
        this.config = config;
        published = PublishedFigures.curve(config.row()).stream().filter(p -> p.epoch() <= config.epochs()).toList();
    }

    /** A run's epochs. */
    static XYChart of(TrainingConfig config, List<EpochMetrics> epochs) {
        return new LiveChart(config).chart(new TrainingHistory.Moment("", Optional.empty(), epochs, List.of(), 0));
    }

    /** @param sentence how it ended; empty while it goes on */
    NotebookOutput.Content at(TrainingHistory.Moment moment, String sentence) {
        String line = config.row() + ": " + (sentence.isEmpty()
            ? join(Stream.of(state(moment)), figures(moment.epochs()).stream())
            : join(figures(moment.epochs()).stream(), Stream.of(sentence)));
        double part = sentence.isEmpty() ? moment.progress().map(TrainingReport::part).orElse(0.0) : (double) moment.epochs().size() / config.epochs();
        String html = String.format(Locale.ROOT, "<p style=\"margin:0;font-variant-numeric:tabular-nums\"><progress max=\"1\" value=\"%.3f\"></progress> %s</p>",
            part, NotebookOutput.Content.escape(line));
        if (!moment.running().isEmpty() || !moment.epochs().isEmpty())
            html += "<img alt=\"Accuracy by epoch, over the authors'\" style=\"max-width:100%;width:" + WIDTH + "px\" src=\"data:image/png;base64," + Pictures.ofChart(chart(moment)).base64() + "\">";
        return new NotebookOutput.Content(html, line);
    }

    private static String join(Stream<String> first, Stream<String> second) {
        return Stream.concat(first, second).collect(Collectors.joining("; "));
    }

    private static String state(TrainingHistory.Moment moment) {
        return moment.progress().map(TrainingReport::line).orElse(moment.network().isEmpty() ? "making the network ready" : "ready: " + moment.network());
    }

    private static Optional<String> figures(List<EpochMetrics> epochs) {
        if (epochs.isEmpty()) return Optional.empty();
        EpochMetrics last = epochs.getLast();
        return Optional.of(String.format(Locale.ROOT, "test accuracy %.2f %% after epoch %d", 100 * last.testAccuracy(), last.epoch()));
    }

    private XYChart chart(TrainingHistory.Moment moment) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).xAxisTitle("Epochs").yAxisTitle("Accuracy, %").build();
        var style = chart.getStyler();
        style.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setLegendBorderColor(Color.WHITE);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(new Color(0xE0E0E0));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setXAxisMin(0.0);
        style.setXAxisMax((double) config.epochs());
        style.setYAxisMin(0.0);
        style.setYAxisMax(100.0);
        if (!published.isEmpty())
            line(chart, "Authors', test (20-10)", published.stream().mapToDouble(PublishedFigures.CurvePoint::epoch).toArray(),
                published.stream().mapToDouble(p -> 100 * p.testAccuracy()).toArray(), AUTHORS, 2f, true);
        if (!moment.running().isEmpty())
            line(chart, "This run, training images so far in the epoch", moment.running().stream().mapToDouble(TrainingHistory.Point::epoch).toArray(),
                moment.running().stream().mapToDouble(p -> 100 * p.accuracy()).toArray(), RUNNING, 1.2f, false);
        if (!moment.epochs().isEmpty())
            line(chart, "This run, test", moment.epochs().stream().mapToDouble(EpochMetrics::epoch).toArray(),
                moment.epochs().stream().mapToDouble(m -> 100 * m.testAccuracy()).toArray(), OURS, 2.4f, true);
        return chart;
    }

    private void line(XYChart chart, String name, double[] x, double[] y, Color colour, float width, boolean marked) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setLineColor(colour).setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setMarker(marked && config.epochs() <= 40 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE).setMarkerColor(colour);
        series.setSmooth(false);
    }
}
