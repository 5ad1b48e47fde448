package onebit.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.engine.Batch;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.model.WideResNet;
import onebit.nvidia.NvidiaDriver;
import onebit.run.UserError;
import onebit.testing.ChangedBatch;
import onebit.testing.JavaProcess;
import onebit.testing.SyntheticBatch;
import onebit.testing.UnreadableImage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this engine refuses, and the sentences that say why; and that it frees what it makes. */
class TorchEngineErrorsTest {

    @TempDir
    Path temp;

    private static final Graph GRAPH = WideResNet.graph(WideResNet.Spec.ofPaper(10).withDepth(8).withWidth(1).withInput(new Shape(3, 8, 8)));
    private static final NetworkOptions OPTIONS = NetworkOptions.training(Precision.FLOAT32).withBatchSize(4);

    private static String refusal(Engine engine, NetworkOptions options) {
        return assertThrows(UnsupportedOperationException.class, () -> engine.network(GRAPH, options)).getMessage();
    }

    @Test
    void listsItsModesWithoutAnyLibrary() {
        List<Engine.Mode> modes = new TorchEngine().modes();
        assertEquals("cpu float32, cpu bf16, cuda bf16, cuda float32",
            modes.stream().map(m -> m.device().label() + " " + m.precision().label()).collect(Collectors.joining(", ")));
        assertTrue(modes.get(0).available() && modes.get(1).available());
    }

    @Test
    void withoutAGpuCudaIsAModeWithAReason() {
        Assumptions.assumeTrue(NvidiaDriver.here().problem().isPresent(), "this machine has an NVIDIA GPU");
        assertEquals("The torch engine cannot compute in bf16 on cuda here: " + NvidiaDriver.here().problem().get() + ".",
            refusal(new TorchEngine(), NetworkOptions.training(Precision.BF16).withDevice(Device.CUDA)));
    }

    @Test
    void float64IsNotOfThisEngine() {
        assertEquals("The torch engine computes in float32 on cpu or bf16 on cpu or bf16 on cuda or float32 on cuda, not in float64 on cpu.",
            refusal(new TorchEngine(), NetworkOptions.training(Precision.FLOAT64)));
    }

    @Test
    void classesWithoutTheirNativeLibrariesAreRefusedBeforeTheFirstCall() {
        List<Path> jars = IsolatedEngine.libraries("torch", Device.CPU);
        assertEquals("The torch engine needs the Java classes and the native libraries of org.bytedeco:pytorch:2.10.0-1.5.13, and has versions 2.10.0-1.5.13."
            + " Delete other versions, or let the engine be resolved again.", refusal(IsolatedEngine.load("torch",
            jars.stream().filter(f -> !f.getFileName().toString().startsWith("pytorch-2.10.0-1.5.13-")).toList()), OPTIONS));
    }

    @Test
    void anotherVersionIsRefusedBeforeTheFirstCall() {
        LibTorch.requireVersion("pytorch", "2.10.0-1.5.13", List.of("2.10.0-1.5.13", "2.10.0-1.5.13"));
        assertEquals("The torch engine needs the Java classes and the native libraries of org.bytedeco:pytorch:2.10.0-1.5.13, and has versions 2.10.0-1.5.13, 2.7.1-1.5.12."
            + " Delete other versions, or let the engine be resolved again.", assertThrows(UnsupportedOperationException.class,
            () -> LibTorch.requireVersion("pytorch", "2.10.0-1.5.13", List.of("2.10.0-1.5.13", "2.7.1-1.5.12"))).getMessage());
    }

    @Test
    void trainingTakesFullBatchesOnANetworkMadeForIt() {
        Engine engine = IsolatedEngine.of("torch");
        try (Network network = engine.network(GRAPH, OPTIONS)) {
            assertThrows(IllegalStateException.class, network::state);
            network.load(InitialWeights.state(GRAPH, 1));
            assertEquals("Training takes full batches of 4 images, not 3.",
                assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 3, 1), 0.1)).getMessage());
            assertThrows(IllegalStateException.class, () -> network.evaluate(SyntheticBatch.of(GRAPH, 5, 1), null));
            assertTrue(Double.isFinite(network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1).loss()), "a refused batch leaves the network usable");
        }
        try (Network network = engine.network(GRAPH, NetworkOptions.inference(Precision.FLOAT32).withBatchSize(4))) {
            network.load(InitialWeights.state(GRAPH, 1));
            assertThrows(IllegalStateException.class, () -> network.train(SyntheticBatch.of(GRAPH, 4, 1), 0.1));
        }
    }

    @Test
    void anImageThatCannotBeReadFailsTheStepAndTheNetworkWorksOn() {
        SyntheticBatch whole = SyntheticBatch.of(GRAPH, 4, 1);
        try (Network network = IsolatedEngine.of("torch").network(GRAPH, OPTIONS)) {
            network.load(InitialWeights.state(GRAPH, 1));
            double before = network.evaluate(whole, null).loss();
            assertEquals("planted", assertThrows(IllegalArgumentException.class, () -> network.train(new UnreadableImage(whole, 3), 0.1)).getMessage());
            assertEquals(before, network.evaluate(whole, null).loss());
        }
    }

    /** The caller's thread fails while another reads: the step's end must not be before the other's, whose memory is the network's. */
    @Test
    void aStepThatFailsEndsWhenNoImageIsBeingReadAnyMore() {
        Thread caller = Thread.currentThread();
        CountDownLatch another = new CountDownLatch(1);
        AtomicInteger reading = new AtomicInteger();
        Batch batch = new ChangedBatch(SyntheticBatch.of(GRAPH, 4, 1)) {
            @Override
            public void read(int index, float[] pixels) {
                try {
                    if (Thread.currentThread() == caller) {
                        another.await(1, TimeUnit.SECONDS);
                        throw new IllegalArgumentException("planted");
                    }
                    reading.incrementAndGet();
                    another.countDown();
                    Thread.sleep(300);
                    reading.decrementAndGet();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        try (Network network = IsolatedEngine.of("torch").network(GRAPH, OPTIONS.withThreads(2))) {
            network.load(InitialWeights.state(GRAPH, 1));
            assertEquals("planted", assertThrows(IllegalArgumentException.class, () -> network.train(batch, 0.1)).getMessage());
            assertEquals(0, reading.get());
        }
    }

    @Test
    void imagesAreReadByNoMoreThreadsThanWereAskedFor() {
        Set<Thread> readers = ConcurrentHashMap.newKeySet();
        Batch batch = new ChangedBatch(SyntheticBatch.of(GRAPH, 4, 1)) {
            @Override
            public void read(int index, float[] pixels) {
                readers.add(Thread.currentThread());
                LockSupport.parkNanos(20_000_000);
                super.read(index, pixels);
            }
        };
        try (Network network = IsolatedEngine.of("torch").network(GRAPH, OPTIONS.withThreads(1))) {
            network.load(InitialWeights.state(GRAPH, 1));
            network.train(batch, 0.1);
            assertEquals(1, readers.size());
        }
    }

    @Test
    void aStateOfAnotherNetworkIsRefusedWhole() {
        try (Network network = IsolatedEngine.of("torch").network(GRAPH, OPTIONS)) {
            NamedTensors state = InitialWeights.state(GRAPH, 1);
            network.load(state);
            NamedTensors other = InitialWeights.state(GRAPH, 2);
            String momentum = NamedTensors.momentum(GRAPH.convolutions().getLast().name() + ".weight");
            other.put(momentum, Tensor.filled(List.of(3), 0));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> network.load(other)).getMessage().contains(momentum));
            for (Graph.Parameter p : GRAPH.parameters()) assertEquals(state.get(p.name()), network.state().get(p.name()));
        }
    }

    @Test
    void aNetworkThatMemoryIsNotEnoughForIsRefusedInASentenceAndLeavesNothing() throws Exception {
        readableStatus();
        String printed = JavaProcess.of(NetworksTooLarge.class).withOptions("-Xmx300m")
            .run(List.of("sh", "-c", "ulimit -v 8000000 && exec \"$@\"", "sh"), temp.resolve("output"));
        List<Matcher> attempts = printed.lines().map(Pattern.compile("(\\d+) MB: (.*)")::matcher).filter(Matcher::matches).toList();
        assertEquals(NetworksTooLarge.ATTEMPTS, attempts.size(), printed);
        for (Matcher attempt : attempts)
            assertEquals("The memory of this machine is not enough for this network with batches of 4 images. Take a smaller width, or a machine with more memory.", attempt.group(2));
        // The first few leave gaps in the C library's memory, which the others fill. What is lost is 100 MB each time.
        long grown = Long.parseLong(attempts.getLast().group(1)) - Long.parseLong(attempts.get(NetworksTooLarge.ATTEMPTS / 2).group(1));
        assertTrue(grown < 150, printed);
    }

    /** A tensor of these layers takes 1.6 MB; a single one left a step would show. */
    @Test
    void stepsFreeWhatTheyMake() throws Exception {
        Path status = readableStatus();
        Graph graph = WideResNet.graph(WideResNet.Spec.ofPaper(10).withDepth(8).withWidth(1));
        SyntheticBatch batch = SyntheticBatch.of(graph, 25, 1);
        try (Network network = IsolatedEngine.of("torch").network(graph, NetworkOptions.training(Precision.FLOAT32).withBatchSize(25).withThreads(1))) {
            network.load(InitialWeights.state(graph, 1));
            for (int step = 0; step < 20; step++) trainAndEvaluate(network, batch);
            long before = megabytes(status);
            for (int step = 0; step < 100; step++) trainAndEvaluate(network, batch);
            long after = megabytes(status);
            assertTrue(after - before < 100, before + " MB, then " + after + " MB");
        }
    }

    private static void trainAndEvaluate(Network network, SyntheticBatch batch) {
        network.train(batch, 0.01);
        network.evaluate(batch, null);
        network.load(network.state());
    }

    private static Path readableStatus() {
        Path status = Path.of("/proc/self/status");
        Assumptions.assumeTrue(Files.isReadable(status), "this system does not tell how much memory a process holds");
        return status;
    }

    static long megabytes(Path status) throws Exception {
        try (Stream<String> lines = Files.lines(status)) {
            return Long.parseLong(lines.filter(l -> l.startsWith("RssAnon")).findFirst().orElseThrow().replaceAll("\\D", "")) / 1000;
        }
    }
}
