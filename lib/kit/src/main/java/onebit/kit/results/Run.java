package onebit.kit.results;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import onebit.engine.Execution;
import onebit.run.EpochMetrics;
import onebit.run.Provenance;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.train.Row;
import onebit.train.TrainingConfig;

/**
 * A finished run, as its folder tells.
 *
 * @param folder     of the run
 * @param date       day on which it ended, ISO 8601
 * @param executions by what it was computed, one after the other; one unless it went on otherwise than it was begun
 * @param sessions   from each start to the stop that followed, in order
 * @param metrics    an entry an epoch
 */
public record Run(Path folder, TrainingConfig config, RunResult result, String date, List<Execution> executions, List<Provenance.Session> sessions,
                  List<EpochMetrics> metrics) {

    private static final String THEN = " then ";

    public Run {
        executions = List.copyOf(executions);
        sessions = List.copyOf(sessions);
        metrics = List.copyOf(metrics);
    }

    /** Of a folder that holds a finished run. */
    public static Run of(RunFolder folder, RunResult result) {
        List<Provenance.Session> sessions = sessions(folder);
        return new Run(folder.path(), folder.config(), result, sessions.isEmpty() ? "unknown" : sessions.getLast().ended().substring(0, 10), executions(folder),
            sessions, folder.metrics());
    }

    /** The engine's own words on how it was computed, for each of its executions: algorithms, threads. */
    public String network() {
        return sessions.isEmpty() ? "unknown" : sessions.stream().map(Provenance.Session::network).distinct().collect(Collectors.joining(THEN));
    }

    /** In words: {@code cpu bf16}, {@code cpu bf16 then torch float32 on cuda}. */
    public String computedBy() {
        return computedBy(executions);
    }

    /** The same of a run that need not be finished: by what it has been computed so far. */
    public static String computedBy(RunFolder folder) {
        return computedBy(executions(folder));
    }

    private static String computedBy(List<Execution> executions) {
        return executions.stream().map(Execution::label).collect(Collectors.joining(THEN));
    }

    private static List<Execution> executions(RunFolder folder) {
        TrainingConfig config = folder.config();
        List<Provenance.Session> sessions = sessions(folder);
        if (sessions.isEmpty()) return List.of(config.execution());
        return sessions.stream().map(s -> s.engine().equals(config.engine()) ? config.execution() : Execution.of(s.engine())).distinct().toList();
    }

    private static List<Provenance.Session> sessions(RunFolder folder) {
        return folder.provenance().map(Provenance::sessions).orElse(List.of());
    }

    /** What two runs have in common whose accuracies may be averaged. */
    public Conditions conditions() {
        return new Conditions(config.withSeed(0).withExecution(executions.getFirst()), executions);
    }

    /**
     * All that was asked for besides the seed, and by which engines, at which precisions, it was computed. Of these, runs may differ in
     * the algorithm that an automatic choice came to, which {@link #network} tells.
     *
     * @param settings   with seed 0, and the first of the executions
     * @param executions as the run's
     */
    public record Conditions(TrainingConfig settings, List<Execution> executions) {

        /** Whether a network of the same row, depth and width was trained for more epochs than the other's. */
        public boolean isLongerThan(Conditions other) {
            TrainingConfig mine = settings, theirs = other.settings;
            return mine.row().equals(theirs.row()) && mine.depth() == theirs.depth() && mine.width() == theirs.width() && mine.epochs() > theirs.epochs();
        }

        /** The same for another row and its data set. */
        public Conditions withRow(Row other) {
            return new Conditions(settings.withRow(other), executions);
        }
    }
}
