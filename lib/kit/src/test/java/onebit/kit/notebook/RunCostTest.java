package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onebit.engine.Device;
import onebit.engine.Execution;
import onebit.engine.Precision;
import onebit.kit.engines.EngineChoice;
import onebit.kit.results.Run;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.reference.ReferenceEngine;
import onebit.run.EpochMetrics;
import onebit.run.Machine;
import onebit.run.Provenance;
import onebit.run.RunResult;
import onebit.run.Software;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class RunCostTest {

    private static TrainingConfig config(String row) {
        return TrainingConfig.of(Row.of(row), Profile.SMOKE, "reference", Precision.FLOAT64).withDepth(8).withBatchSize(2);
    }

    private static Map<String, String> of(String row, Run... finished) {
        TrainingConfig config = config(row);
        Graph graph = config.graph(new Shape(3, 8, 8), 10);
        Table table = RunCost.table(config, graph, new EngineChoice(new ReferenceEngine(), Device.CPU, Precision.FLOAT64, 0, "reference, float64"), List.of(finished));
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

    /** At 4,321 images a second. */
    private static Run run(TrainingConfig config, Machine machine, String sources, int threads) {
        Provenance.Session session = new Provenance.Session("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", 60, "", "", config.execution().label(), "direct, " + threads + " threads",
            new Software("1", sources, ""), machine);
        EpochMetrics metrics = new EpochMetrics(1, 0, 1, 1, 0.5, 1, 0.5, 1, 1, 4321);
        return new Run(Path.of("runs", "an-earlier-one"), config, new RunResult(config.row(), 1, 1, 100, 1, 100, 1, 1, 1, 1, 1), "2026-01-01",
            List.of(config.execution()), List.of(session), List.of(metrics));
    }

    @Test
    void anEarlierRunOfTheSameSizeTellsThePaceIfThisProgramMadeItHere() {
        String sources = Software.running().sources();
        int threads = Machine.here().cores();
        TrainingConfig other = config("cifar10-full-bn");

        assertEquals("4,321 images a second, as in the last epoch of an-earlier-one",
            of("cifar10-1bit-bn", run(other, Machine.here(), sources, threads)).get("Pace here"));

        Machine elsewhere = new Machine("another", "another", "another", 1, 1);
        for (Run unlike : List.of(run(other, elsewhere, sources, threads), run(other, Machine.here(), "others", threads),
                run(other, Machine.here(), sources, threads + 1), run(other.withWidth(2), Machine.here(), sources, threads),
                run(other.withExecution(new Execution("cpu", Device.CPU, Precision.BF16)), Machine.here(), sources, threads)))
            assertTrue(of("cifar10-1bit-bn", unlike).get("Pace here").endsWith("as a few steps show it"));
    }

    @Test
    void fullPrecisionWeightsTakeFourBytes() {
        assertTrue(of("cifar10-full-srelu").get("Weights").endsWith("in float32"));
    }
}
