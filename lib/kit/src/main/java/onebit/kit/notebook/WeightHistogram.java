package onebit.kit.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import java.util.stream.IntStream;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Model;
import onebit.model.Node;
import onebit.quant.OneBit;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How often which weight occurs in a convolution: as it is used, and as training began. */
final class WeightHistogram {

    private static final int BINS = 81;
    private static final int WIDTH = 760, HEIGHT = 340;

    private WeightHistogram() {}

    /** Of the convolution in the middle of the network. */
    static XYChart of(Model model) {
        List<Node.Conv> all = model.graph().convolutions();
        Node.Conv conv = all.get(all.size() / 2);
        String name = Graph.Role.WEIGHT.of(conv.name());
        float[] used = new float[conv.weights()];
        conv.quantizer().quantize(model.state().get(name).values(), conv.fanIn(), used);
        double constant = OneBit.scale(conv.fanIn()), range = 2.5 * constant;
        double[] centres = IntStream.range(0, BINS).mapToDouble(i -> -range + 2 * range * i / (BINS - 1)).toArray();
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).xAxisTitle("Weight").yAxisTitle("Part of the weights, %")
            .title(String.format(java.util.Locale.ROOT, "%s: %,d weights, %d values", conv.name(), used.length, distinct(used))).build();
        var style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(new Color(0xE0E0E0));
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.StepArea);
        bars(chart, "In use: trained, one bit each", centres, parts(used, range), new Color(0x0072B2));
        bars(chart, "Before training", centres, parts(InitialWeights.state(model.graph(), 1).get(name).values(), range), new Color(0xE69F00));
        return chart;
    }

    private static long distinct(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).distinct().count();
    }

    /** Percent of the values in each bin. */
    static double[] parts(float[] values, double range) {
        double[] parts = new double[BINS];
        for (float value : values) parts[Math.clamp(Math.round((value + range) / (2 * range) * (BINS - 1)), 0, BINS - 1)] += 100.0 / values.length;
        return parts;
    }

    private static void bars(XYChart chart, String name, double[] x, double[] y, Color colour) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE).setLineColor(colour).setLineStyle(new BasicStroke(1.5f));
        series.setFillColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 90));
    }
}
