package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import onebit.engine.Device;
import onebit.engine.Precision;
import onebit.kit.engines.EngineChoice;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.reference.ReferenceEngine;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class RunCostTest {

    private static Map<String, String> of(String row) {
        TrainingConfig config = TrainingConfig.of(Row.of(row), Profile.SMOKE, "reference", Precision.FLOAT64).withDepth(8).withBatchSize(2);
        Graph graph = config.graph(new Shape(3, 8, 8), 10);
        Table table = RunCost.table(config, graph, new EngineChoice(new ReferenceEngine(), Device.CPU, Precision.FLOAT64, 0, "reference, float64"));
        Map<String, String> cost = new HashMap<>();
        for (int i = 0; i < table.rowCount(); i++) cost.put(table.getString(i, 0), table.getString(i, 1));
        // 6 operations a multiply-accumulate, 2 epochs of 5,000 images
        assertEquals(6.0 * graph.multiplyAccumulates() * 10_000 / 1e15, Double.parseDouble(cost.get("Arithmetic").split(" ")[0]), 1e-7);
        return cost;
    }

    @Test
    void tellsWhatTheRunTakes() {
        Map<String, String> cost = of("cifar10-1bit-bn");
        assertEquals("depth 8, width 1", cost.get("Network"));
        assertEquals("2 epochs of 5,000 images; tested on 1,000 after each", cost.get("Length"));
        assertTrue(cost.get("Weights").endsWith("at one bit each"), cost.get("Weights"));
        assertTrue(cost.get("Pace here").matches("[\\d,]+ images a second, as a few steps show it"), cost.get("Pace here"));
        assertTrue(cost.get("Time here").matches("about \\d+:\\d\\d:\\d\\d"), cost.get("Time here"));
        assertEquals("depth 20, width 10, 254 epochs", cost.get("The authors' run"));
    }

    @Test
    void fullPrecisionWeightsTakeFourBytes() {
        assertTrue(of("cifar10-full-srelu").get("Weights").endsWith("in float32"));
    }
}
