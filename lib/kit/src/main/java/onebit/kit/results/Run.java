package onebit.kit.results;

import java.nio.file.Path;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.train.TrainingConfig;

/**
 * A finished run, as its folder tells.
 *
 * @param folder of the run
 * @param date   day on which it ended, ISO 8601
 */
record Run(Path folder, TrainingConfig config, RunResult result, String date) {

    /** Of a folder that holds a finished run. */
    static Run of(RunFolder folder, RunResult result) {
        String ended = folder.provenance().filter(p -> !p.sessions().isEmpty()).map(p -> p.sessions().getLast().ended()).orElse("");
        return new Run(folder.path(), folder.config(), result, ended.length() >= 10 ? ended.substring(0, 10) : "unknown");
    }

    /** All that two runs have in common whose accuracies may be averaged: everything but the seed. */
    TrainingConfig settings() {
        return config.withSeed(0);
    }
}
