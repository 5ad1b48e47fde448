package onebit.kit.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How all charts look. */
final class Charts {

    private static final double[] NOWHERE = {Double.NaN};

    private Charts() {}

    /** A chart without series. */
    static XYChart xy(String title, String x, String y, int width, int height) {
        Fonts.require();
        XYChart chart = new XYChartBuilder().title(title).xAxisTitle(x).yAxisTitle(y).width(width).height(height).build();
        XYStyler style = chart.getStyler();
        style.setLegendPosition(LegendPosition.OutsideE).setLegendFont(Fonts.plain(14)).setLegendBorderColor(Ink.PAPER).setLegendPadding(8)
            .setLegendSeriesLineLength(26).setChartTitleFont(Fonts.bold(16)).setChartTitleBoxVisible(false).setChartTitlePadding(6)
            .setChartBackgroundColor(Ink.PAPER).setPlotBackgroundColor(Ink.PAPER).setPlotBorderColor(Ink.RULE).setPlotBorderVisible(true)
            .setPlotContentSize(1).setChartFontColor(Ink.TEXT).setMarkerSize(12).setChartPadding(8);
        style.setAxisTitleFont(Fonts.plain(14)).setAxisTickLabelsFont(Fonts.plain(14)).setAxisTickLabelsColor(Ink.TEXT).setAxisTickMarksColor(Ink.RULE)
            .setAxisTicksLineVisible(false).setPlotGridLinesColor(Ink.GRID).setPlotGridLinesStroke(Ink.line(1)).setPlotMargin(0);
        return chart;
    }

    /** Points with markers, no line. */
    static XYSeries points(XYChart chart, String name, double[] x, double[] y, Marker marker, Color colour) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter).setMarker(marker).setMarkerColor(colour);
        return series;
    }

    /** A line without markers. */
    static XYSeries line(XYChart chart, String name, double[] x, double[] y, BasicStroke stroke, Color colour) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line).setMarker(SeriesMarkers.NONE).setLineStyle(stroke).setLineColor(colour);
        return series;
    }

    /** A text for the legend in lines that are short enough for it: XChart cuts off what is wider than 45 % of the chart. */
    static String label(XYChart chart, String... lines) {
        double width = 0.44 * chart.getWidth();
        return Arrays.stream(lines).flatMap(line -> Text.wrapped(line, chart.getStyler().getLegendFont(), width).stream()).collect(Collectors.joining("\n"));
    }

    /** A line of the legend that stands for no data: a heading, a remark. */
    static void remark(XYChart chart, String text) {
        points(chart, text, NOWHERE, NOWHERE, SeriesMarkers.NONE, Ink.TEXT);
    }

    /** A line of the legend with line and marker, for series that are drawn without an entry of their own. */
    static void legend(XYChart chart, String text, BasicStroke stroke, Marker marker, Color colour) {
        line(chart, text, NOWHERE, NOWHERE, stroke, colour).setMarker(marker).setMarkerColor(colour);
    }
}
