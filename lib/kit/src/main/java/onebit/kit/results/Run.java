package onebit.kit.results;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import onebit.engine.Execution;
import onebit.run.EpochMetrics;
import onebit.run.Provenance;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.train.TrainingConfig;

/**
 * A finished run, as its folder tells.
 *
 * @param folder     of the run
 * @param date       day on which it ended, ISO 8601
 * @param executions by what it was computed, one after the other; one unless it went on otherwise than it was begun
 * @param network    the engine's own words on how it was computed, for each of these: algorithms, threads
 * @param metrics    an entry an epoch
 */
public record Run(Path folder, TrainingConfig config, RunResult result, String date, List<Execution> executions, String network, List<EpochMetrics> metrics) {

    private static final String THEN = " then ";

    public Run {
        executions = List.copyOf(executions);
        metrics = List.copyOf(metrics);
    }

    /** Of a folder that holds a finished run. */
    public static Run of(RunFolder folder, RunResult result) {
        TrainingConfig config = folder.config();
        List<Provenance.Session> sessions = folder.provenance().map(Provenance::sessions).orElse(List.of());
        if (sessions.isEmpty()) return new Run(folder.path(), config, result, "unknown", List.of(config.execution()), "unknown", folder.metrics());
        return new Run(folder.path(), config, result, sessions.getLast().ended().substring(0, 10),
            sessions.stream().map(s -> s.engine().equals(config.engine()) ? config.execution() : Execution.of(s.engine())).distinct().toList(),
            sessions.stream().map(Provenance.Session::network).distinct().collect(Collectors.joining(THEN)), folder.metrics());
    }

    /** In words: {@code cpu bf16}, {@code cpu bf16 then torch float32 on cuda}. */
    public String computedBy() {
        return executions.stream().map(Execution::label).collect(Collectors.joining(THEN));
    }

    /** What two runs have in common whose accuracies may be averaged, besides {@link #executions}: everything but the seed. */
    public TrainingConfig settings() {
        return config.withSeed(0);
    }
}
