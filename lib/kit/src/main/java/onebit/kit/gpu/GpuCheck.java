package onebit.kit.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.data.CifarSet;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.kit.bench.Benchmark;
import onebit.kit.gpu.CheckTable.Finding;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.WideResNet;
import onebit.nvidia.CudaLibraries;
import onebit.nvidia.NvidiaDriver;
import onebit.quant.FullPrecision;
import onebit.run.Machine;
import onebit.run.Software;
import onebit.testing.EngineComparison;
import onebit.testing.OperationGraphs;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;

/**
 * The first things to try on a machine with a GPU, each a line of the table: versions; every operation, forward and backward,
 * and then one step of a whole network, layer by layer, against the float64 reference on the CPU; repeatability; images a
 * second, beside Python's PyTorch where it is there.
 *
 * @param engine to try
 * @param device to try it on; the CPU for a rehearsal
 * @param widths of the networks that are timed
 * @param peer   for comparison
 */
public record GpuCheck(Engine engine, Device device, List<Integer> widths, PythonPeer peer) {

    /** Of the networks that are timed. */
    public static final int DEPTH = 20;
    private static final int CLASSES = 10, SMALL_BATCH = 8, TIMED_STEPS = 20;
    /** Batch norm's gradient is a sum that cancels and loses digits: 9e-4 in float32 on a CPU. */
    private static final double FLOAT32_OUTPUT = 1e-4, FLOAT32_GRADIENT = 5e-3, BF16_OUTPUT = 2e-2, BF16_GRADIENT = 0.1;
    /** An activation next to the kink of its ReLU falls to either side of it: hundredths of a layer's gradient. */
    private static final double LAYER_GRADIENT = 0.05;
    /** A round of a figure takes no more than about this. */
    private static final double ROUND_SECONDS = 3;

    /**
     * What came of a check.
     *
     * @param faults   steps that were wrong or failed
     * @param notBegun steps that the time was not enough for; more may have depended on them
     */
    public record Verdict(long faults, long notBegun) {

        /** Whether all was tried and nothing was wrong. */
        public boolean good() {
            return faults == 0 && notBegun == 0;
        }

        /** In words, without a full stop: {@code No step was wrong}. */
        @Override
        public String toString() {
            return (faults == 0 ? "No step was wrong" : faults == 1 ? "1 step was wrong or failed" : faults + " steps were wrong or failed")
                + (notBegun == 0 ? "" : ", but for " + notBegun + " the time was not enough (--minutes gives more)");
        }
    }

    /** @param python interpreter that may have PyTorch; {@code script} is {@code bench/torch_wrn.py} */
    public GpuCheck(Engine engine, Device device, List<Integer> widths, String python, Path script) {
        this(engine, device, widths, new PythonPeer(python, script));
    }

    /**
     * Tries all.
     *
     * @param file  receives the table, in Markdown
     * @param limit time after which nothing more is begun
     * @param out   shows its lines
     */
    public Verdict run(Path file, Duration limit, PrintWriter out) {
        CheckTable table = new CheckTable(file, "# " + engine.name() + " on " + device.label() + ", " + Instant.now().truncatedTo(ChronoUnit.SECONDS)
            + "\n\nErrors are relative, against the float64 reference on the CPU.", limit, out);
        into(table);
        return new Verdict(table.count(CheckTable.Outcome.WRONG) + table.count(CheckTable.Outcome.FAILED), table.count(CheckTable.Outcome.NOT_BEGUN));
    }

    private void into(CheckTable table) {
        versions(table);
        modes().filter(mode -> !mode.available()).forEach(mode -> table.step(mode.precision().label(), () -> Finding.notRun(mode.note())));
        for (Precision precision : precisions()) operations(table, precision);
        layers(table);
        for (Precision precision : precisions()) repeatability(table, precision);
        speed(table);
    }

    private Stream<Engine.Mode> modes() {
        return engine.modes().stream().filter(mode -> mode.device() == device);
    }

    /** Of float32 and bf16 those that the engine computes in on the device. */
    private List<Precision> precisions() {
        return Stream.of(Precision.FLOAT32, Precision.BF16).filter(p -> modes().anyMatch(mode -> mode.precision() == p && mode.available())).toList();
    }

    private NetworkOptions options(Precision precision) {
        return NetworkOptions.training(precision).withDevice(device);
    }

    private void versions(CheckTable table) {
        table.step("machine", () -> Finding.told(Machine.here().toString()));
        table.step("software", () -> Finding.told(Software.running().toString()));
        table.step("driver", () -> {
            NvidiaDriver driver = NvidiaDriver.here();
            return Finding.told(driver.problem().orElseGet(() -> driver.release().orElse("of unknown version") + ", for CUDA up to " + driver.cudaVersion() + "; " + driver.gpus().stream().map(Object::toString).collect(Collectors.joining("; "))));
        });
        table.step("CUDA 13's runtime and cuDNN 9 of this machine", () -> Finding.told(List.of("libcudart.so.13", "libcudnn.so.9").stream()
            .map(name -> CudaLibraries.here().find(name).map(Path::toString).orElse("no " + name)).collect(Collectors.joining("; "))));
        table.step("engine", () -> {
            try (Network network = engine.network(network(1), options(Precision.FLOAT32).withBatchSize(SMALL_BATCH))) {
                return Finding.told(network.description());
            }
        });
    }

    private void operations(CheckTable table, Precision precision) {
        OperationGraphs.all().forEach((name, graph) -> table.step(name + ", " + precision.label() + ": outputs, gradients, momentum", () -> {
            SyntheticBatch batch = SyntheticBatch.of(graph, SMALL_BATCH, 1);
            EngineComparison comparison = EngineComparison.between(EngineComparison.reference(), new EngineComparison.Side(engine, options(precision)), graph,
                RandomGraphs.state(graph, batch), batch);
            return precision == Precision.BF16 ? Finding.errors(comparison, BF16_OUTPUT, BF16_GRADIENT) : Finding.errors(comparison, FLOAT32_OUTPUT, FLOAT32_GRADIENT);
        }));
    }

    /** The gradient of each layer of 20-1, from the loss back to the input, with one comparison for all. */
    private void layers(CheckTable table) {
        Graph graph = network(1);
        EngineComparison[] comparison = new EngineComparison[1];
        table.step("steps of 20-1, float32: outputs, gradients, momentum", () -> {
            SyntheticBatch batch = SyntheticBatch.of(graph, SMALL_BATCH, 2);
            comparison[0] = EngineComparison.between(EngineComparison.reference(), new EngineComparison.Side(engine, options(Precision.FLOAT32)), graph,
                RandomGraphs.state(graph, batch), batch);
            return Finding.errors(comparison[0], FLOAT32_OUTPUT, LAYER_GRADIENT);
        });
        if (comparison[0] == null) return;
        for (Map.Entry<String, Double> layer : List.copyOf(comparison[0].gradients().entrySet()).reversed())
            table.step("gradient of " + layer.getKey(), () -> new Finding(String.format(Locale.ROOT, "%.1e", layer.getValue()),
                String.format(Locale.ROOT, "%.0e", LAYER_GRADIENT), layer.getValue() <= LAYER_GRADIENT ? CheckTable.Outcome.OK : CheckTable.Outcome.WRONG));
    }

    private void repeatability(CheckTable table, Precision precision) {
        table.step("three steps of 20-1 twice, " + precision.label() + ": same bits", () -> {
            boolean same = threeSteps(precision).equals(threeSteps(precision));
            return new Finding(same ? "yes" : "no", "", same ? CheckTable.Outcome.OK : CheckTable.Outcome.WRONG);
        });
    }

    private NamedTensors threeSteps(Precision precision) {
        Graph graph = network(1);
        try (Network network = engine.network(graph, options(precision).withBatchSize(SMALL_BATCH))) {
            network.load(InitialWeights.state(graph, 1));
            for (int step = 0; step < 3; step++) network.train(SyntheticBatch.of(graph, SMALL_BATCH, step), 0.1);
            return network.state();
        }
    }

    /**
     * The engine's speed, and before it, width by width, that of PyTorch: an engine keeps the GPU's memory that its network has had,
     * and a large network's would be missing to PyTorch.
     */
    private void speed(CheckTable table) {
        boolean python = hasPython(table);
        for (int width : widths) {
            for (Precision precision : precisions()) peersSpeed(table, width, precision, python);
            for (Precision precision : precisions())
                for (boolean training : new boolean[] {true, false})
                    table.step((training ? "training " : "inference ") + DEPTH + "-" + width + ", batches of 125, " + precision.label() + ": images/s",
                        () -> Finding.told(String.format(Locale.ROOT, "%,.0f", imagesPerSecond(width, precision, training))));
        }
    }

    /** Whether there is a Python with PyTorch. */
    private boolean hasPython(CheckTable table) {
        boolean[] there = {false};
        table.step("Python's PyTorch", () -> {
            Optional<String> version = peer.version(device);
            there[0] = version.isPresent();
            return version.map(v -> Finding.told(v + (device == Device.CUDA ? ", as its users run it: TF32, fastest algorithms, images on the GPU" : "")))
                .orElseGet(() -> Finding.notRun("'" + peer.python() + "' has no PyTorch that computes on " + device.label()));
        });
        return there[0];
    }

    /** That PyTorch is slow, or lacks something, is no fault of the engine's. */
    private void peersSpeed(CheckTable table, int width, Precision precision, boolean python) {
        table.step("Python's PyTorch " + DEPTH + "-" + width + ", " + precision.label() + ": images/s in training, in inference", () -> {
            if (!python) return Finding.notRun("no PyTorch, as above");
            try {
                double[] rates = peer.imagesPerSecond(width, precision, device, device == Device.CUDA ? TIMED_STEPS : 1);
                return Finding.told(String.format(Locale.ROOT, "%,.0f, %,.0f", rates[0], rates[1]));
            } catch (IOException e) {
                return Finding.notRun(e.getMessage());
            }
        });
    }

    private double imagesPerSecond(int width, Precision precision, boolean training) {
        Graph graph = network(width);
        NetworkOptions options = (training ? NetworkOptions.training(precision) : NetworkOptions.inference(precision)).withDevice(device);
        try (Network network = engine.network(graph, options)) {
            network.load(InitialWeights.state(graph, 1));
            Benchmark benchmark = new Benchmark(network, training);
            benchmark.warmUp(1);
            return benchmark.imagesPerSecond((int) Math.clamp(ROUND_SECONDS / benchmark.seconds(1), 1, TIMED_STEPS));
        }
    }

    private static Graph network(int width) {
        return WideResNet.graph(new WideResNet.Spec(DEPTH, width, CLASSES, WideResNet.Activation.BATCH_NORM, new FullPrecision(), CifarSet.SHAPE, WideResNet.Variant.KERAS));
    }
}
