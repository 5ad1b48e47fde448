package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Model;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.train.Row;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.XYChart;

class WeightFigureTest {

    private static Model model(String row) {
        Graph graph = WideResNet.graph(Row.of(row).network(8, 1, new Shape(3, 8, 8), 10));
        return new Model(graph, InitialWeights.state(graph, 1), "cifar10", "made here");
    }

    @Test
    void everyWeightIsInABin() {
        double[] parts = WeightFigure.parts(new float[] {-9, 0, 0, 9}, 2);
        assertArrayEquals(new double[] {25, 50, 25}, new double[] {parts[0], parts[WeightFigure.BINS / 2], parts[WeightFigure.BINS - 1]});
    }

    @Test
    void oneBitWeightsHaveTwoValuesAndBeganWithMany() {
        XYChart chart = WeightFigure.chart(model("cifar10-1bit-bn"));
        assertTrue(chart.getTitle().endsWith("2 values"), chart.getTitle());
        assertEquals(2, filled(chart, "in use"));
        assertTrue(filled(chart, "as training begins here") > 40);
    }

    private static long filled(XYChart chart, String series) {
        return chart.getSeriesCollection().stream().filter(s -> s.getName().equals(series)).flatMapToDouble(s -> Arrays.stream(s.getYData())).filter(y -> y > 0).count();
    }
}
