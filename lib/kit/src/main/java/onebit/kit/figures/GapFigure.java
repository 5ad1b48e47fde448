package onebit.kit.figures;

import java.awt.Color;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import onebit.kit.results.Run;
import onebit.kit.results.Verdict;
import onebit.published.PublishedFigures;
import onebit.published.PublishedFigures.GapPoint;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;

/**
 * The authors' Gap figure: how much error one bit per weight adds, against the error in full precision. Open markers are
 * published points; this kit's are stars with numbers.
 */
public final class GapFigure {

    private static final String TITLE = "What one bit per weight costs";

    /** How a series is drawn. */
    record Look(Glyph glyph, Color colour) {}

    /** A colour a data set, and a shape that no other series has. */
    static final Map<String, Look> LOOKS = Map.ofEntries(
        Map.entry("ImageNet32 4x", new Look(Glyph.CIRCLE, Ink.VERMILION)),
        Map.entry("ImageNet32 10x", new Look(Glyph.DIAMOND, Ink.VERMILION)),
        Map.entry("ImageNet32 15x", new Look(Glyph.TRIANGLE_DOWN, Ink.VERMILION)),
        Map.entry("CIFAR-100 4x", new Look(Glyph.SQUARE, Ink.GREEN)),
        Map.entry("CIFAR-100 10x", new Look(Glyph.TRIANGLE_UP, Ink.GREEN)),
        Map.entry("CIFAR-10", new Look(Glyph.TRIANGLE_RIGHT, Ink.BLUE)),
        Map.entry("SVHN", new Look(Glyph.PLUS, Ink.PURPLE)),
        Map.entry("MNIST", new Look(Glyph.ASTERISK, Ink.ORANGE)),
        Map.entry("ImageNet single crop", new Look(Glyph.HEXAGRAM, Ink.BLACK)),
        Map.entry("ImageNet multi-crop", new Look(Glyph.TRIANGLE_LEFT, Ink.BLACK)),
        Map.entry("BWN on ImageNet", new Look(Glyph.CROSS, Ink.BLACK)));

    /** The authors' axes. */
    private static final double WIDEST_ERROR = 50, WIDEST_GAP = 10;

    private GapFigure() {}

    /** The published points and those of the pairs among these runs. */
    public static XYChart chart(List<Run> runs) {
        List<MeasuredGap> measured = MeasuredGap.of(runs);
        XYChart chart = Charts.xy(TITLE, "test error in full precision, top-1, %", "error added by 1 bit per weight, points", 980, 560 + 40 * Math.max(0, measured.size() - 5));
        // Drawn first, so that no star hides a published point nor another's number; their legend comes last.
        for (int i = 0; i < measured.size(); i++) point(chart, "measured " + (i + 1), measured.get(i), Markers.paleStar());
        for (int i = 0; i < measured.size(); i++) point(chart, "number " + (i + 1), measured.get(i), Markers.number(i + 1));
        Charts.remark(chart, "PUBLISHED");
        Map<String, List<GapPoint>> series = PublishedFigures.gapPoints().stream()
            .collect(Collectors.groupingBy(GapPoint::series, LinkedHashMap::new, Collectors.toList()));
        series.forEach((name, points) -> {
            Look look = LOOKS.get(name);
            Charts.points(chart, name, points.stream().mapToDouble(GapPoint::fullPrecisionErrorPercent).toArray(),
                points.stream().mapToDouble(GapPoint::gapPercent).toArray(), Markers.open(look.glyph()), look.colour());
        });
        axes(chart, measured);
        if (measured.isEmpty()) return chart;
        Charts.remark(chart, " ");
        Charts.remark(chart, "MEASURED BY THIS KIT");
        for (int i = 0; i < measured.size(); i++) {
            MeasuredGap gap = measured.get(i);
            Charts.legend(chart, Charts.label(chart, gap.title(), gap.oneBit().description()), SeriesLines.NONE, Markers.numberedStar(i + 1), Ink.OURS);
        }
        return chart;
    }

    private static void point(XYChart chart, String name, MeasuredGap gap, Marker marker) {
        Charts.points(chart, name, new double[] {gap.fullPrecisionError()}, new double[] {gap.gap()}, marker, Ink.OURS).setShowInLegend(false);
    }

    /** As a page, with what the points are. */
    public static Figure figure(List<Run> runs) {
        XYChart chart = chart(runs);
        chart.getStyler().setChartTitleVisible(false);
        List<MeasuredGap> measured = MeasuredGap.of(runs);
        String published = "Open markers: as the authors published (4x, 10x, 15x: width; CIFAR-100 4x without cutout, 10x and CIFAR-10 with it; BWN: Rastegari et al."
            + " 2016, read off the authors' figure).";
        String ours = measured.isEmpty() ? " This kit has not measured a pair of rows on all images yet." : String.format(Locale.ROOT,
            " Stars: pairs of runs of this kit, with cutout, at the settings beside them. Among runs of WRN-20-10 on CIFAR-100 that differ in their seeds"
                + " accuracy has a standard deviation of about %.2f points (measured by others), so a gap of two of about %.2f; of smaller networks, more.", Verdict.DEVIATION, Verdict.DEVIATION * Math.sqrt(2));
        return Page.of("gap", TITLE, published + ours, 1, List.of(chart));
    }

    /** The authors' axes; wider ones where a measured point needs them, with the authors' as a dashed frame. */
    private static void axes(XYChart chart, List<MeasuredGap> measured) {
        double error = WIDEST_ERROR, gap = WIDEST_GAP, least = 0;
        for (MeasuredGap point : measured) {
            error = Math.max(error, 10 * Math.ceil(point.fullPrecisionError() / 10 + 0.1));
            gap = Math.max(gap, 2 * Math.ceil(point.gap() / 2 + 0.1));
            least = Math.min(least, 2 * Math.floor(point.gap() / 2 - 0.1));
        }
        if (error > WIDEST_ERROR || gap > WIDEST_GAP || least < 0)
            Charts.line(chart, "axes of the authors' figure", new double[] {0, WIDEST_ERROR, WIDEST_ERROR, 0, 0}, new double[] {0, 0, WIDEST_GAP, WIDEST_GAP, 0},
                Ink.dashed(1.2), Ink.FAINT_TEXT);
        AxesChartStyler style = chart.getStyler();
        // A little beyond the ends, so that these have ticks and markers there are whole.
        style.setXAxisMin(-0.02 * error).setXAxisMax(1.02 * error).setYAxisMin(least - 0.02 * gap).setYAxisMax(1.02 * gap);
        style.setXAxisDecimalPattern("0").setYAxisDecimalPattern("0").setXAxisTickMarkSpacingHint(120);
    }
}
