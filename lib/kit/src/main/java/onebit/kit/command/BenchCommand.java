package onebit.kit.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import onebit.data.CifarSet;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.kit.bench.Benchmark;
import onebit.kit.engines.EngineChoice;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.WideResNet;
import onebit.run.Json;
import onebit.run.UserError;
import onebit.train.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "bench", description = "Time training steps or inference on random 32x32 images; reads no data. Prints one JSON line with images_per_s, the best of three "
    + "rounds after a warm-up.")
public final class BenchCommand implements Callable<Integer> {

    enum Task { TRAIN, INFER }

    enum Norm { BN, SRELU }

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "train|infer", completionCandidates = Names.Tasks.class, description = "Whole training steps, or inference with running averages.")
    Task task;

    @Option(names = "--depth", paramLabel = "N", defaultValue = "20", description = "6n + 2 (default: ${DEFAULT-VALUE}).")
    int depth;

    @Option(names = "--width", paramLabel = "N", defaultValue = "4", description = "Factor on the channels (default: ${DEFAULT-VALUE}).")
    int width;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "125", description = "Images in a step (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(names = "--classes", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    int classes;

    @Option(names = "--norm", paramLabel = "bn|srelu", defaultValue = "bn", completionCandidates = Names.Norms.class, description = "Batch norm or shifted ReLU (default: ${DEFAULT-VALUE}).")
    Norm norm;

    @Option(names = "--one-bit", description = "One bit per weight.")
    boolean oneBit;

    @Option(names = "--iters", paramLabel = "N", defaultValue = "6", description = "Steps in a round (default: ${DEFAULT-VALUE}).")
    int iterations;

    @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "5", description = "Before the rounds (default: ${DEFAULT-VALUE}).")
    double warmUp;

    @Option(names = "--worker", description = "For timing in turns with another program: warm up, print the JSON line without images_per_s, then for each "
        + "line of standard input with a number of steps run so many and print the seconds they took on a line, until the input ends.")
    boolean worker;

    @Mixin
    EngineOptions engine;

    /** The JSON line, without the outcome. */
    record Setting(String task, String engine, String device, String precision, String algorithm, int depth, int width, int classes, int batch, String norm,
                   boolean oneBit, int threads, String network) {}

    @Override
    public Integer call() {
        Graph graph = Usage.of(spec, this::graph);
        Usage.check(spec, () -> {
            if (iterations < 1) throw new IllegalArgumentException("--iters must be 1 or more, not " + iterations + ".");
        });
        try (ProgressDisplay display = ProgressDisplay.of(spec)) {
            EngineChoice choice = engine.choose(spec, display);
            NetworkOptions options = Usage.of(spec, () -> (task == Task.TRAIN ? choice.training() : choice.inference())
                .withAlgorithm(engine.algorithm).withBatchSize(batch));
            display.end();
            try (Network network = choice.engine().network(graph, options)) {
                network.load(InitialWeights.state(graph, 1));
                Benchmark benchmark = new Benchmark(network, task == Task.TRAIN);
                Setting setting = new Setting(Names.label(task), choice.engine().name(), choice.device().label(), choice.precision().label(), network.options().algorithm().label(),
                    depth, width, classes, batch, Names.label(norm), oneBit, network.options().threads(), network.description());
                benchmark.warmUp(warmUp);
                if (worker) work(benchmark, setting);
                else print(Json.line(((ObjectNode) Json.tree(setting)).put("iters", iterations)
                    .put("images_per_s", Math.round(10 * benchmark.imagesPerSecond(iterations)) / 10.0)));
            }
        }
        return 0;
    }

    private Graph graph() {
        Row row = Row.of((classes == 100 ? "cifar100" : "cifar10") + (oneBit ? "-1bit-" : "-full-") + Names.label(norm));
        return WideResNet.graph(row.network(depth, width, CifarSet.SHAPE, classes));
    }

    private void work(Benchmark benchmark, Setting setting) {
        print(Json.line(setting));
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine())
                if (!line.isBlank()) print(String.format(Locale.ROOT, "%.6f", benchmark.seconds(steps(line.strip()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int steps(String line) {
        try {
            int steps = Integer.parseInt(line);
            if (steps > 0) return steps;
        } catch (NumberFormatException e) {
            // the same answer as for a number that makes no sense
        }
        throw new UserError("A worker reads a number of steps, 1 or more, a line; this line was '" + line + "'.");
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
