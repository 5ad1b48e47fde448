package onebit.kit.notebook;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import onebit.data.CifarSet;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.kit.bench.Benchmark;
import onebit.kit.TrainingReport;
import onebit.kit.engines.EngineChoice;
import onebit.kit.results.Run;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Node;
import onebit.quant.OneBit;
import onebit.run.Machine;
import onebit.run.Software;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What a run takes: arithmetic, time on this machine, as an earlier run or a few steps show it. */
final class RunCost {

    private static final double MEASURED_SECONDS = 0.8;

    private RunCost() {}

    /** @param finished runs of which one may tell the pace */
    static Table table(TrainingConfig config, Graph graph, EngineChoice choice, List<Run> finished) {
        CifarSet set = CifarSet.named(config.dataset());
        int images = set.trainingImages();
        int train = config.trainLimit() == 0 ? images : config.trainLimit(), test = config.testLimit() == 0 ? set.test().images() : config.testLimit();
        Pace pace = finished.stream().filter(run -> isLike(run, config, choice)).reduce((earlier, later) -> later).map(Pace::of)
            .orElseGet(() -> Pace.measured(config, graph, choice));
        double rate = pace.imagesPerSecond;
        // Evaluation is one forward pass where training makes about three.
        double seconds = config.epochs() * (train / rate + test / (3 * rate));
        long weights = graph.convolutions().stream().mapToLong(Node.Conv::weights).sum();
        boolean oneBit = graph.convolutions().getFirst().quantizer() instanceof OneBit;
        StringColumn what = StringColumn.create("What"), value = StringColumn.create("This run");
        String[][] lines = {
            {"Network", "depth " + config.depth() + ", width " + config.width()},
            {"Length", number(config.epochs()) + " epochs of " + number(train) + " images; tested on " + number(test) + " after each"},
            {"Weights", number(weights) + ", " + (oneBit ? size(weights / 8.0) + " at one bit each" : size(weights * 4.0) + " as stored, in float32")},
            {"Arithmetic", String.format(Locale.ROOT, "%.4g PFLOP", graph.trainingPflops((double) train * config.epochs()))},
            {"Engine", choice.explanation()},
            {"Pace here", number(Math.round(rate)) + " images a second, " + pace.shownBy},
            {"Time here", "about " + TrainingReport.time(Duration.ofSeconds(Math.round(seconds)))},
            {"The authors' run", "depth 20, width 10, " + Row.of(config.row()).paperEpochs() + " epochs"}};
        for (String[] line : lines) {
            what.append(line[0]);
            value.append(line[1]);
        }
        return Table.create("", what, value);
    }

    /** Whether the run was of a network of the same size, and computed by the same program in the same way on this machine. */
    private static boolean isLike(Run run, TrainingConfig config, EngineChoice choice) {
        TrainingConfig other = run.config();
        if (other.width() != config.width() || other.depth() != config.depth() || other.batchSize() != config.batchSize()
            || !run.executions().equals(List.of(config.execution()))) return false;
        // The number of threads is part of the engine's words alone.
        String threads = " " + NetworkOptions.inWords(choice.threads() == 0 ? Machine.here().cores() : choice.threads());
        return !run.metrics().isEmpty() && !run.sessions().isEmpty() && run.sessions().stream().allMatch(session -> session.machine().equals(Machine.here())
            && session.software().sources().equals(Software.running().sources()) && session.network().contains(threads));
    }

    /** @param shownBy for people */
    private record Pace(double imagesPerSecond, String shownBy) {

        static Pace of(Run run) {
            return new Pace(run.metrics().getLast().imagesPerSecond(), "as in the last epoch of " + run.folder().getFileName());
        }

        static Pace measured(TrainingConfig config, Graph graph, EngineChoice choice) {
            try (Network network = choice.engine().network(graph, config.options().withThreads(choice.threads()))) {
                network.load(InitialWeights.state(graph, config.seed()));
                Benchmark benchmark = new Benchmark(network, true);
                benchmark.seconds(1); // the first is slow
                // The best step: while there are few, the virtual machine is compiling beside them.
                double best = Double.MAX_VALUE, all = 0;
                while (all < MEASURED_SECONDS) {
                    double step = benchmark.seconds(1);
                    best = Math.min(best, step);
                    all += step;
                }
                return new Pace(config.batchSize() / best, "as a few steps show it");
            }
        }
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String size(double bytes) {
        return bytes < 1e6 ? String.format(Locale.ROOT, "%.0f kB", bytes / 1e3) : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
