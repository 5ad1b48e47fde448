package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import onebit.engine.Precision;
import onebit.kit.results.RunFixture;
import onebit.published.PublishedFigures;
import onebit.published.PublishedFigures.GapPoint;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class GapFigureTest {

    @TempDir
    Path folder;

    private static TrainingConfig laptop(String row) {
        return TrainingConfig.of(Row.of(row), Profile.LAPTOP, "cpu", Precision.BF16);
    }

    private void finished(TrainingConfig config, int correct) {
        new RunFixture(folder).finished(config.row() + "-" + config.hashCode(), config, correct);
    }

    private XYChart chart() {
        return GapFigure.chart(new RunFixture(folder).runs());
    }

    /** All points of a chart, as "series x y"; lines and headings are none. */
    private static List<String> points(XYChart chart) {
        List<String> points = new ArrayList<>();
        for (XYSeries series : chart.getSeriesCollection())
            if (series.getXYSeriesRenderStyle().equals(Optional.of(XYSeries.XYSeriesRenderStyle.Scatter)))
                IntStream.range(0, series.getXData().length).filter(i -> !Double.isNaN(series.getYData()[i]))
                    .forEach(i -> points.add(String.format(Locale.ROOT, "%s %.2f %.2f", series.getName(), series.getXData()[i], series.getYData()[i])));
        return points;
    }

    private static List<String> published() {
        return PublishedFigures.gapPoints().stream().map((GapPoint p) ->
            String.format(Locale.ROOT, "%s %.2f %.2f", p.series(), p.fullPrecisionErrorPercent(), p.gapPercent())).toList();
    }

    @Test
    void hasThePublishedPointsAloneWithoutRuns() {
        assertEquals(published(), points(chart()));
    }

    @Test
    void seriesDifferInTheirShapesNotInColourAlone() {
        assertEquals(GapFigure.LOOKS.size(), GapFigure.LOOKS.values().stream().map(GapFigure.Look::glyph).distinct().count());
        assertTrue(GapFigure.LOOKS.values().stream().noneMatch(look -> look.glyph() == Glyph.STAR), "stars are this kit's");
    }

    @Test
    void addsAPairOfRowsWithTheirSettings() {
        finished(laptop("cifar10-full-bn"), 8850);
        finished(laptop("cifar10-1bit-bn"), 8500);

        List<String> added = new ArrayList<>(points(chart()));
        added.removeAll(published());

        assertEquals(List.of("measured 1 11.50 3.50", "number 1 11.50 3.50"), added);
        assertNotNull(chart().getSeries("CIFAR-10, batch norm\n20-1, 30 epochs, cpu bf16"), "in the legend");
    }

    @Test
    void averagesSeedsBeforeItTakesTheGap() {
        finished(laptop("cifar10-full-bn"), 8850);
        finished(laptop("cifar10-1bit-bn").withSeed(1), 8480);
        finished(laptop("cifar10-1bit-bn").withSeed(2), 8520);

        MeasuredGap gap = MeasuredGap.of(new RunFixture(folder).runs()).getFirst();

        assertEquals(11.50, gap.fullPrecisionError(), 1e-9);
        assertEquals(3.50, gap.gap(), 1e-9);
    }

    @Test
    void pairsRunsThatWereComputedAlikeAndTellsThePairsApart() {
        RunFixture fixture = new RunFixture(folder);
        finished(laptop("cifar10-full-bn").withSeed(1), 8850);
        fixture.finished("full", laptop("cifar10-full-bn").withSeed(2), 8900, "cpu bf16", "torch float32");
        finished(laptop("cifar10-1bit-bn").withSeed(1), 8500);

        assertEquals(List.of(3.50), MeasuredGap.of(fixture.runs()).stream().map(gap -> Math.round(100 * gap.gap()) / 100.0).toList());

        fixture.finished("one bit", laptop("cifar10-1bit-bn").withSeed(2), 8600, "cpu bf16", "torch float32");

        assertEquals(List.of(3.50, 3.00), MeasuredGap.of(fixture.runs()).stream().map(gap -> Math.round(100 * gap.gap()) / 100.0).sorted(Comparator.reverseOrder()).toList());
        assertNotNull(chart().getSeries("CIFAR-10, batch norm\n20-1, 30 epochs, cpu bf16"));
        assertNotNull(chart().getSeries("CIFAR-10, batch norm\n20-1, 30 epochs, cpu bf16 then torch float32"));
    }

    @Test
    void pairsNothingOfAnotherDatasetNormOrSetting() {
        finished(laptop("cifar10-full-bn"), 8850);
        finished(laptop("cifar10-1bit-srelu"), 8500);
        finished(laptop("cifar100-1bit-bn"), 5500);
        finished(laptop("cifar10-1bit-bn").withWidth(2), 8500);
        finished(laptop("cifar10-1bit-bn").withEpochs(62), 8500);

        assertEquals(published(), points(chart()));
    }

    @Test
    void hasOfANetworkTheLongestTrainedPairs() {
        for (int epochs : new int[] {2, 30, 62}) {
            finished(laptop("cifar10-full-bn").withEpochs(epochs), 8000 + 10 * epochs);
            if (epochs < 62) finished(laptop("cifar10-1bit-bn").withEpochs(epochs), 7500 + 10 * epochs);
        }
        finished(laptop("cifar10-full-bn").withEpochs(2).withWidth(4), 8500);
        finished(laptop("cifar10-1bit-bn").withEpochs(2).withWidth(4), 8200);

        assertEquals(Set.of("20-1, 30 epochs, cpu bf16", "20-4, 2 epochs, cpu bf16"),
            MeasuredGap.of(new RunFixture(folder).runs()).stream().map(gap -> gap.oneBit().description()).collect(Collectors.toSet()));
    }

    @Test
    void leavesOutRunsOnAPartOfTheImages() {
        finished(laptop("cifar10-full-bn").withLimits(5_000, 1_000), 8850);
        finished(laptop("cifar10-1bit-bn").withLimits(5_000, 1_000), 8500);

        assertEquals(published(), points(chart()));
    }

    @Test
    void hasTheAuthorsAxes() {
        assertEquals(0, chart().getStyler().getXAxisMin(), 1.5);
        assertEquals(50, chart().getStyler().getXAxisMax(), 1.5);
        assertEquals(0, chart().getStyler().getYAxisMin(), 0.3);
        assertEquals(10, chart().getStyler().getYAxisMax(), 0.3);
    }

    @Test
    void widensTheAxesForAMeasuredPointOutsideAndShowsTheAuthorsAsAFrame() {
        finished(laptop("cifar100-full-bn"), 3400);
        finished(laptop("cifar100-1bit-bn"), 2200);

        assertTrue(chart().getStyler().getXAxisMax() > 66 && chart().getStyler().getYAxisMax() > 12);
        assertEquals(50, Arrays.stream(chart().getSeries("axes of the authors' figure").getXData()).max().orElseThrow());
    }
}
