package onebit.kit.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.reference.ReferenceEngine;
import onebit.testing.ChangedReference;
import onebit.testing.EngineComparison;
import onebit.testing.OperationGraphs;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuCheckTest {

    @TempDir
    Path folder;

    /** Can do nothing, quickly. */
    private static final Engine FAILING = new Engine() {
        @Override
        public String name() {
            return "failing";
        }

        @Override
        public List<Mode> modes() {
            return List.of(new Mode(Precision.FLOAT32, true, ""));
        }

        @Override
        public Network network(Graph graph, NetworkOptions options) {
            throw new UnsupportedOperationException("planted");
        }
    };

    /** A check that has no time: its table names all the steps, in their order. */
    private GpuCheck.Verdict check() {
        return check(folder.resolve("no python"), Duration.ZERO);
    }

    private GpuCheck.Verdict check(Path python, Duration limit) {
        return new GpuCheck(FAILING, Device.CPU, List.of(1, 4), python.toString(), Path.of("torch_wrn.py"))
            .run(folder.resolve("table.md"), limit, new PrintWriter(new StringWriter()));
    }

    @Test
    void aCheckThatTheTimeWasNotEnoughForSaysSoAndIsNotGood() throws Exception {
        GpuCheck.Verdict verdict = check();
        long steps = Files.readAllLines(folder.resolve("table.md")).stream().filter(line -> line.contains("not begun")).count();
        assertTrue(steps > 10);
        assertEquals("No step was wrong, but for " + steps + " the time was not enough (--minutes gives more)", verdict.toString());
        assertFalse(verdict.good());
        assertEquals("No step was wrong", new GpuCheck.Verdict(0, 0).toString());
        assertEquals("1 step was wrong or failed", new GpuCheck.Verdict(1, 0).toString());
    }

    @Test
    void anUpdateThatIsNotTheMethodsIsWrong() {
        Graph graph = OperationGraphs.all().values().iterator().next();
        SyntheticBatch batch = SyntheticBatch.of(graph, 8, 1);
        NamedTensors state = RandomGraphs.state(graph, batch);
        NetworkOptions options = NetworkOptions.training(Precision.FLOAT64);
        Engine withoutDecay = new ChangedReference(asked -> asked.withDescent(asked.momentum(), 0), network -> network);
        for (Engine engine : List.of(new ReferenceEngine(), withoutDecay)) {
            EngineComparison found = EngineComparison.between(EngineComparison.reference(), new EngineComparison.Side(engine, options), graph, state, batch);
            assertEquals(engine == withoutDecay ? CheckTable.Outcome.WRONG : CheckTable.Outcome.OK, CheckTable.Finding.errors(found, 1e-4, 5e-3).outcome());
        }
    }

    @Test
    void whatKeepsPyTorchFromItsFiguresIsNoFaultOfTheEngines() throws Exception {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\n[ \"$1\" = -c ] && { echo 2.11.0; exit; }\necho 'Error: too slow'; exit 1\n");
        assertTrue(python.toFile().setExecutable(true));

        check(python, Duration.ofMinutes(5));

        List<String> lines = Files.readAllLines(folder.resolve("table.md")).stream().filter(line -> line.startsWith("| Python's PyTorch")).toList();
        assertEquals(3, lines.size());
        assertTrue(lines.getFirst().contains("| 2.11.0 |"), lines.getFirst());
        for (String line : lines.subList(1, 3)) assertTrue(line.contains("| Error: too slow |  | not run |"), line);
    }

    /** What an engine's large networks leave of the GPU's memory would be missing to Python's PyTorch. */
    @Test
    void pyTorchIsTimedBeforeTheEngineWidthByWidth() throws Exception {
        check();
        List<String> steps = Files.readAllLines(folder.resolve("table.md")).stream().filter(line -> line.contains("images/s")).toList();
        assertEquals(List.of(true, false, false, true, false, false), steps.stream().map(line -> line.contains("Python's PyTorch")).toList());
    }
}
