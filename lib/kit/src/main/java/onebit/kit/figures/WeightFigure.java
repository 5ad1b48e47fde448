package onebit.kit.figures;

import java.awt.Color;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Model;
import onebit.model.Node;
import onebit.quant.OneBit;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** How often which weight occurs in a convolution: as it is used, and as this kit begins a training of such a network. */
public final class WeightFigure {

    static final int BINS = 81;
    /** Ends of the axis, in units of the layer's constant: beyond them no weight begins. */
    private static final double RANGE = 2.5;

    private WeightFigure() {}

    /** Of the convolution in the middle of the network. */
    public static XYChart chart(Model model) {
        List<Node.Conv> all = model.graph().convolutions();
        Node.Conv conv = all.get(all.size() / 2);
        String name = Graph.Role.WEIGHT.of(conv.name());
        float[] used = new float[conv.weights()];
        conv.quantizer().quantize(model.state().get(name).values(), conv.fanIn(), used);
        double range = RANGE * OneBit.scale(conv.fanIn());
        double[] centres = IntStream.range(0, BINS).mapToDouble(i -> -range + 2 * range * i / (BINS - 1)).toArray();
        long values = IntStream.range(0, used.length).mapToObj(i -> used[i]).distinct().count();
        XYChart chart = Charts.xy(String.format(Locale.ROOT, "%s: %,d weights, %d %s", conv.name(), used.length, values, values == 1 ? "value" : "values"),
            "weight", "weights in a bin, % of all", 800, 420);
        AxesChartStyler style = chart.getStyler();
        style.setLegendPosition(LegendPosition.InsideNE);
        style.setXAxisDecimalPattern("0.00").setYAxisDecimalPattern("0").setXAxisTickMarkSpacingHint(110).setYAxisMin(0.0);
        double[] parts = parts(used, range);
        style.setYAxisMax(1.06 * Arrays.stream(parts).max().orElseThrow());
        area(chart, "in use", centres, parts, Ink.BLUE);
        area(chart, "as training begins here", centres, parts(InitialWeights.state(model.graph(), 1).get(name).values(), range), Ink.ORANGE);
        return chart;
    }

    /** Percent of the values in each bin; what lies beyond the ends is in the last bin there. */
    static double[] parts(float[] values, double range) {
        double[] parts = new double[BINS];
        for (float value : values) parts[Math.clamp(Math.round((value + range) / (2 * range) * (BINS - 1)), 0, BINS - 1)] += 100.0 / values.length;
        return parts;
    }

    private static void area(XYChart chart, String name, double[] x, double[] y, Color colour) {
        XYSeries series = Charts.line(chart, name, x, y, Ink.line(1.6), colour);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.StepArea).setFillColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 90));
    }
}
