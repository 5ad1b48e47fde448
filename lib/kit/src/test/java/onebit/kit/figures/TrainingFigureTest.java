package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import onebit.engine.Precision;
import onebit.published.PublishedFigures;
import onebit.run.EpochMetrics;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.XYChart;

class TrainingFigureTest {

    private static final TrainingConfig CONFIG = TrainingConfig.of(Row.of("cifar10-full-bn"), Profile.QUICK, "cpu", Precision.BF16);

    @Test
    void theRunSoFarLiesOverTheAuthorsSameEpochs() {
        EpochMetrics first = new EpochMetrics(1, 0.05, 1.5, 1, 0.45, 1.4, 0.5, 10, 1, 5000);

        XYChart chart = TrainingFigure.chart(CONFIG, List.of(first), List.of(new TrainingFigure.Point(0.5, 0.4), new TrainingFigure.Point(1.5, 0.6)));

        assertArrayEquals(new double[] {1}, chart.getSeries("this run, test").getXData());
        assertArrayEquals(new double[] {50}, chart.getSeries("this run, test").getYData());
        assertArrayEquals(new double[] {40, 60}, chart.getSeries("this run, training").getYData(), 1e-9);
        assertArrayEquals(PublishedFigures.curve("cifar10-full-bn").stream().limit(2).mapToDouble(p -> 100 * p.testAccuracy()).toArray(),
            chart.getSeries("authors, test (20-10)").getYData());
    }

    @Test
    void beforeTheFirstBatchThereIsTheAuthorsCurveOnly() {
        assertEquals(1, TrainingFigure.chart(CONFIG, List.of(), List.of()).getSeriesCollection().size());
    }
}
