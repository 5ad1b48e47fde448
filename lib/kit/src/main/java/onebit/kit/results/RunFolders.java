package onebit.kit.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import onebit.run.AtomicFile;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.run.UserError;
import onebit.train.Row;
import onebit.train.TrainingConfig;

/**
 * The runs in a folder of run folders.
 *
 * @param finished   in the order of their names
 * @param unfinished by row, how far the row's runs are that have begun and not ended, for people
 * @param unreadable those that hold a run that cannot be read
 */
public record RunFolders(List<Run> finished, Map<String, String> unfinished, List<Unreadable> unreadable) {

    /**
     * A folder that holds a run that cannot be read.
     *
     * @param folder its name
     * @param row    of the run, as the folder's configuration or else its name has it
     * @param reason a sentence, for people
     */
    public record Unreadable(String folder, Optional<Row> row, String reason) {

        private static Unreadable of(RunFolder run, String reason) {
            String name = run.path().getFileName().toString();
            try {
                return new Unreadable(name, Optional.of(Row.of(run.config().row())), reason);
            } catch (UserError e) {
                return new Unreadable(name, Row.ALL.stream().filter(row -> name.startsWith(row.id() + "-")).findFirst(), reason);
            }
        }

        /** What is told to whoever asked for a table or a figure of all runs. */
        public String leftOut() {
            return "Left out: " + reason;
        }
    }

    /** @param folder with a folder a run; may be missing */
    public static RunFolders in(Path folder) {
        RunFolders found = new RunFolders(new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>());
        for (Path path : folders(folder)) {
            RunFolder run = new RunFolder(path);
            try {
                if (run.holdsRun()) found.add(run);
            } catch (UserError e) {
                found.unreadable.add(Unreadable.of(run, e.getMessage()));
            } catch (RuntimeException e) { // whatever may be in a damaged file: the other runs can be read
                found.unreadable.add(Unreadable.of(run, "The run in " + path + " cannot be read (" + e + ")."));
            }
        }
        return found;
    }

    /** Those with a run that is not finished, can go on, and computes the same as a configuration, by whatever engine it was begun. */
    public static List<RunFolder> unfinished(Path folder, TrainingConfig config) {
        return folders(folder).stream().map(RunFolder::new).filter(run -> {
            try {
                return run.unfinished().filter(begun -> begun.differences(config).isEmpty()).isPresent() && !run.hasLostCheckpoint();
            } catch (UserError e) {
                return false; // damaged: it cannot go on
            }
        }).toList();
    }

    private void add(RunFolder run) {
        Optional<RunResult> result = run.result();
        if (result.isPresent()) {
            finished.add(Run.of(run, result.get()));
            return;
        }
        TrainingConfig config = run.config();
        String state = "not finished: " + run.metrics().size() + " of " + config.epochs() + " epochs in " + run.path().getFileName();
        unfinished.merge(config.row(), state, (a, b) -> a + "; " + b);
    }

    private static List<Path> folders(Path folder) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw AtomicFile.cannotRead(folder, e);
        }
    }
}
