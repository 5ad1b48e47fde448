package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.List;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Shape;
import onebit.reference.ReferenceEngine;
import onebit.run.Provenance;
import onebit.run.RunFolder;
import onebit.train.TinyTraining;
import onebit.train.TrainingConfig;
import onebit.train.TrainingListener;
import onebit.train.TrainingOutcome;
import onebit.train.TrainingProgress;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run begun on one engine goes on on the others. */
class ResumeTest {

    @TempDir
    Path temp;

    /** Asks to stop after so many batches. */
    private static final class StopAfter implements TrainingListener {
        private int left;

        StopAfter(int batches) {
            left = batches;
        }

        @Override
        public void batch(TrainingProgress progress) {
            left--;
        }

        @Override
        public boolean stopRequested() {
            return left <= 0;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar10-1bit-bn", "cifar10-full-srelu"})
    void goesOnFromEngineToEngineAndSaysSo(String row) {
        RunFolder folder = new RunFolder(temp.resolve("run"));
        train(folder, row, IsolatedEngine.of("cpu"), Precision.FLOAT32, new StopAfter(4));
        NamedTensors saved = folder.checkpoint().orElseThrow().state();
        assertEquals(saved, passedThrough(row, TestEngine.get(), Precision.FLOAT32, saved), "parameters, running averages and momentum, bit by bit");

        train(folder, row, TestEngine.get(), Precision.FLOAT32, new StopAfter(4));
        train(folder, row, new ReferenceEngine(), Precision.FLOAT64, new StopAfter(4));
        train(folder, row, TestEngine.get(), Precision.FLOAT32, new StopAfter(4));
        TrainingOutcome outcome = train(folder, row, IsolatedEngine.of("cpu"), Precision.FLOAT32, TrainingListener.NONE);

        assertInstanceOf(TrainingOutcome.Finished.class, outcome);
        assertEquals(3, folder.metrics().size());
        assertEquals("cpu float32", folder.config().execution().label());
        assertEquals(List.of("cpu float32", "dl4j float32", "reference float64", "dl4j float32", "cpu float32"),
            folder.provenance().orElseThrow().sessions().stream().map(Provenance.Session::engine).toList());
    }

    private static TrainingOutcome train(RunFolder folder, String row, Engine engine, Precision precision, TrainingListener listener) {
        return TinyTraining.trainer(TinyTraining.config(row, engine.name(), precision), engine).train(folder, true, listener);
    }

    private static NamedTensors passedThrough(String row, Engine engine, Precision precision, NamedTensors state) {
        TrainingConfig config = TinyTraining.config(row, engine.name(), precision);
        Graph graph = config.graph(new Shape(3, 4, 4), 10);
        try (Network network = engine.network(graph, NetworkOptions.training(precision).withBatchSize(config.batchSize()))) {
            network.load(state);
            return network.state();
        }
    }
}
