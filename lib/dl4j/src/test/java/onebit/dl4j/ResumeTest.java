package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.List;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.model.NamedTensors;
import onebit.reference.ReferenceEngine;
import onebit.run.Provenance;
import onebit.run.RunFolder;
import onebit.train.StopAfter;
import onebit.train.TinyTraining;
import onebit.train.TrainingListener;
import onebit.train.TrainingOutcome;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run begun on one engine goes on on the others. */
class ResumeTest {

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"cifar10-1bit-bn", "cifar10-full-srelu"})
    void goesOnFromEngineToEngineAndSaysSo(String row) {
        RunFolder folder = new RunFolder(temp.resolve("run"));
        TinyTraining.train(folder, row, IsolatedEngine.of("cpu"), Precision.FLOAT32, new StopAfter(4));
        NamedTensors saved = folder.checkpoint().orElseThrow().state();
        assertEquals(saved, TinyTraining.passedThrough(row, TestEngine.get(), Precision.FLOAT32, saved), "parameters, running averages and momentum, bit by bit");

        TinyTraining.train(folder, row, TestEngine.get(), Precision.FLOAT32, new StopAfter(4));
        TinyTraining.train(folder, row, new ReferenceEngine(), Precision.FLOAT64, new StopAfter(4));
        TinyTraining.train(folder, row, TestEngine.get(), Precision.FLOAT32, new StopAfter(4));
        TrainingOutcome outcome = TinyTraining.train(folder, row, IsolatedEngine.of("cpu"), Precision.FLOAT32, TrainingListener.NONE);

        assertInstanceOf(TrainingOutcome.Finished.class, outcome);
        assertEquals(3, folder.metrics().size());
        assertEquals("cpu float32", folder.config().execution().label());
        assertEquals(List.of("cpu float32", "dl4j float32", "reference float64", "dl4j float32", "cpu float32"),
            folder.provenance().orElseThrow().sessions().stream().map(Provenance.Session::engine).toList());
    }
}
