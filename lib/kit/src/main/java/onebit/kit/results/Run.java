package onebit.kit.results;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onebit.run.EpochMetrics;
import onebit.run.Provenance;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.train.TrainingConfig;

/**
 * A finished run, as its folder tells.
 *
 * @param folder  of the run
 * @param date    day on which it ended, ISO 8601
 * @param network the engine's own words on how it was computed: algorithms, threads
 * @param metrics an entry an epoch
 */
public record Run(Path folder, TrainingConfig config, RunResult result, String date, String network, List<EpochMetrics> metrics) {

    public Run {
        metrics = List.copyOf(metrics);
    }

    /** Of a folder that holds a finished run. */
    public static Run of(RunFolder folder, RunResult result) {
        Optional<Provenance.Session> last = folder.provenance().filter(p -> !p.sessions().isEmpty()).map(p -> p.sessions().getLast());
        return new Run(folder.path(), folder.config(), result, last.map(session -> session.ended().substring(0, 10)).orElse("unknown"),
            last.map(Provenance.Session::network).orElse("unknown"), folder.metrics());
    }

    /** All that two runs have in common whose accuracies may be averaged: everything but the seed. */
    public TrainingConfig settings() {
        return config.withSeed(0);
    }
}
