package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import onebit.engine.Precision;
import onebit.kit.results.Run;
import onebit.kit.results.RunFixture;
import onebit.published.PublishedFigures;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class CurvesFigureTest {

    static final List<Row> ROWS = Row.ALL;

    private static final Row ROW = Row.of("cifar10-1bit-bn");
    private static final TrainingConfig LAPTOP = TrainingConfig.of(ROW, Profile.LAPTOP, "cpu", Precision.BF16);

    @TempDir
    Path folder;

    @ParameterizedTest
    @FieldSource("ROWS")
    void hasTheAuthorsLogAndSaysThatARowWasNotRun(Row row) {
        XYChart chart = CurvesFigure.chart(row, List.of());

        double[] theirs = PublishedFigures.curve(row.id()).stream().mapToDouble(p -> 100 * p.testAccuracy()).toArray();
        assertArrayEquals(theirs, chart.getSeries("authors").getYData());
        assertNotNull(chart.getSeries("this kit: not run"));
    }

    @Test
    void laysTheRunOverTheAuthorsLogWithItsSettings() {
        new RunFixture(folder).finished("a", LAPTOP, 8500);
        List<Run> runs = new RunFixture(folder).runs();

        XYChart chart = CurvesFigure.chart(ROW, runs);

        double[] ours = runs.getFirst().metrics().stream().mapToDouble(m -> 100 * m.testAccuracy()).toArray();
        assertEquals(30, ours.length);
        assertArrayEquals(ours, chart.getSeries("run a").getYData());
        // One axis for both: epoch 30 of the run stands where epoch 30 of the log does.
        assertEquals(chart.getSeries("authors").getXData()[29], chart.getSeries("run a").getXData()[29]);
        assertNotNull(chart.getSeries("this kit: 85.00 %\n20-1, 30 epochs, cpu bf16"));
        assertNull(chart.getSeries("this kit: not run"));
        assertNull(CurvesFigure.chart(Row.of("cifar10-full-bn"), runs).getSeries("run a"), "another row");
    }

    @Test
    void showsEverySeedOfTheSettingsThatTookTheMostArithmetic() {
        RunFixture fixture = new RunFixture(folder);
        fixture.finished("a", LAPTOP.withSeed(1), 8480);
        fixture.finished("b", LAPTOP.withSeed(2), 8520);
        fixture.finished("short", LAPTOP.withEpochs(2), 5000);

        XYChart chart = CurvesFigure.chart(ROW, fixture.runs());

        assertNotNull(chart.getSeries("run a"));
        assertNotNull(chart.getSeries("run b"));
        assertNull(chart.getSeries("run short"));
        assertNotNull(chart.getSeries("this kit: 85.00 ± 0.28 % (n = 2)\n20-1, 30 epochs, cpu bf16"));
    }

    @Test
    void breaksLongSettingsIntoLines() {
        new RunFixture(folder).finished("a", LAPTOP.withLimits(5_000, 1_000), 3000);

        String entry = legend(CurvesFigure.chart(ROW, new RunFixture(folder).runs())).stream().filter(n -> n.startsWith("this kit")).findFirst().orElseThrow();
        assertEquals("this kit: 30.00 % 20-1, 30 epochs, 5,000 training images, 1,000 test images, cpu bf16", entry.replace('\n', ' '));
    }

    /** XChart cuts off wide entries of a legend; the panels of the page with all rows are the narrowest. */
    @ParameterizedTest
    @FieldSource("ROWS")
    void everyEntryOfALegendFitsIntoAPanel(Row row) {
        new RunFixture(folder).finished("a", TrainingConfig.of(row, Profile.LAPTOP, "cpu", Precision.BF16).withLimits(5_000, 1_000), 3000);

        XYChart chart = CurvesFigure.panel(row, new RunFixture(folder).runs());

        assertEquals(2, legend(chart).size());
        for (String entry : legend(chart))
            entry.lines().forEach(line -> assertTrue(Text.width(line, chart.getStyler().getLegendFont()) < 0.45 * chart.getWidth(), line));
    }

    private static List<String> legend(XYChart chart) {
        return chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList();
    }
}
