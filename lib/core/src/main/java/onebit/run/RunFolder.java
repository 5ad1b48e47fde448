package onebit.run;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import onebit.model.Model;
import onebit.train.TrainingConfig;

/**
 * A folder that holds one run:
 *
 * <pre>
 *   config.json              what it computes, {@link TrainingConfig}
 *   metrics.csv              a line an epoch, {@link EpochMetrics}
 *   provenance.json          how it came about, {@link Provenance}
 *   checkpoint.safetensors   while it is unfinished: where it goes on, {@link Checkpoint}
 *   model.safetensors        when it is finished: the final parameters, one-bit weights as bits ({@code ModelFile})
 *   result.json              when it is finished, written last: {@link RunResult}
 *   log.txt                  of a run that was trained in a notebook: what the chart shows, a line an epoch
 *   .lock                    kept empty; locked while a run writes here
 * </pre>
 *
 * Every file but the log, which grows, is replaced as a whole, so that a run killed at any moment leaves all that it had reported,
 * and resumed ends with the same parameters and metrics, time columns apart. Reading needs no lock.
 */
public record RunFolder(Path path) {

    static final String CONFIG = "config.json";
    static final String METRICS = "metrics.csv";
    static final String PROVENANCE = "provenance.json";
    static final String CHECKPOINT = "checkpoint.safetensors";
    static final String MODEL = "model.safetensors";
    static final String RESULT = "result.json";

    private static final String LOST_CHECKPOINT = " and cannot go on: its " + CHECKPOINT
        + " is gone (git, for one, does not keep it). Put it back, or move this folder away and begin again.";

    /** Whether a run has begun here. */
    public boolean holdsRun() {
        return Files.isRegularFile(file(CONFIG));
    }

    /** @throws UserError if no run has begun here, or its file is damaged */
    public TrainingConfig config() {
        if (!holdsRun()) throw new UserError(path + " is not a run folder: it has no " + CONFIG + ".");
        return Json.read(file(CONFIG), TrainingConfig.class);
    }

    /**
     * The epochs completed so far. Where their file is damaged, an unfinished run's checkpoint tells.
     *
     * @throws UserError if nothing tells them
     */
    public List<EpochMetrics> metrics() {
        Path file = file(METRICS);
        if (!Files.exists(file)) return List.of();
        try {
            return EpochMetrics.parse(Files.readAllLines(file));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return checkpoint().map(c -> c.progress().epochs()).orElseThrow(() -> new UserError(file + " is not a run's metrics: "
                + (e instanceof CharacterCodingException ? "it is no text" : e.getMessage()) + ". It may have been altered; take another copy of it.", e));
        } catch (IOException e) {
            throw AtomicFile.cannotRead(file, e);
        }
    }

    /** Empty before the first checkpoint. */
    public Optional<Provenance> provenance() {
        return readIfThere(PROVENANCE, Provenance.class);
    }

    /**
     * Empty until the run is finished.
     *
     * @throws UserError if the file is damaged, or not of this run
     */
    public Optional<RunResult> result() {
        Optional<RunResult> result = readIfThere(RESULT, RunResult.class);
        result.ifPresent(r -> {
            TrainingConfig config = config();
            if (!r.row().equals(config.row()) || r.epochs() != config.epochs())
                throw new UserError(file(RESULT) + " is of " + r.row() + " after " + r.epochs() + " epochs, and the run here is of " + config.row() + " and has "
                    + config.epochs() + ". It may have been altered, or come from another folder.");
        });
        return result;
    }

    /** Whether there is a {@link #result}, readable or not. */
    public boolean isFinished() {
        return Files.exists(file(RESULT));
    }

    /** What a run computes that has begun here and is not finished. */
    public Optional<TrainingConfig> unfinished() {
        return holdsRun() && !isFinished() ? Optional.of(config()) : Optional.empty();
    }

    /** Where an unfinished run goes on; empty before the first checkpoint and when the run is finished. */
    public Optional<Checkpoint> checkpoint() {
        return Files.exists(file(CHECKPOINT)) ? Optional.of(Checkpoint.read(file(CHECKPOINT))) : Optional.empty();
    }

    /**
     * The trained network.
     *
     * @throws UserError if the run is not finished, or its files are damaged
     */
    public Model model() {
        TrainingConfig config = config();
        if (result().isEmpty())
            throw new UserError("The run in " + path + " is not finished " + epochsDone() + (hasLostCheckpoint() ? LOST_CHECKPOINT : "; go on with it by --resume, then take its model."));
        if (!Files.exists(file(MODEL)))
            throw new UserError("The run in " + path + " is finished, and its " + MODEL + " is not here. Copy it from where the run was trained, or train the run again.");
        return ModelFile.read(file(MODEL), config);
    }

    /**
     * Begins a run, or goes on with one; the folder is this run's alone until the journal is closed.
     *
     * @param resume whether to go on with a run that is here already; where there is none, one begins. If false, one begins in the
     *               place of a run that ended before it had saved anything, too
     * @throws UserError if the folder has a run that has saved something and {@code resume} is false, if its run has another
     *                   configuration, or has lost its checkpoint, and {@code resume} is true, if it has files and no run, if
     *                   another run is writing here, or if it cannot be written
     */
    public RunJournal begin(TrainingConfig config, boolean resume) {
        check(config, resume);
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(path, e);
        }
        RunLock lock = RunLock.of(path);
        try {
            check(config, resume); // once more: what another run has done since
            deleteParts();
            if (!resume || !holdsRun()) AtomicFile.write(file(CONFIG), Json.text(config));
            return new RunJournal(this, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * What {@link #begin} asks of a folder's content, without a trace: to be refused before data is fetched.
     *
     * @throws UserError as {@link #begin}, but for the lock and the disk
     */
    public void check(TrainingConfig config, boolean resume) {
        if (Files.exists(path) && !Files.isDirectory(path)) throw new UserError(path + " is a file; a run needs a folder.");
        if (!holdsRun()) {
            if (!otherFiles().isEmpty())
                throw new UserError(path + " is not empty and holds no run (it has '" + otherFiles().getFirst() + "'). Choose another folder.");
        } else if (resume) {
            List<String> differences = config().differences(config);
            if (!differences.isEmpty())
                throw new UserError("The run in " + path + " was begun with other settings: " + String.join("; ", differences)
                    + ". Give the settings it was begun with, or choose another folder.");
            if (hasLostCheckpoint())
                throw new UserError("The run in " + path + " is not finished " + epochsDone() + LOST_CHECKPOINT);
        } else if (hasSaved()) {
            throw new UserError(path + " holds a run already " + epochsDone() + ". " + (hasLostCheckpoint() ? "Choose another folder." : "Go on with it by --resume, or choose another folder."));
        }
    }

    private String epochsDone() {
        return "(" + metrics().size() + " of " + config().epochs() + " epochs)";
    }

    /** Whether a run here is unfinished and cannot go on: begun anew, it would write over what it has reported. A kill does not bring this about. */
    public boolean hasLostCheckpoint() {
        return !isFinished() && hasSaved() && !Files.exists(file(CHECKPOINT));
    }

    /** Whether anything would be lost if another run began in the place of the one here. */
    private boolean hasSaved() {
        return Stream.of(CHECKPOINT, METRICS, PROVENANCE, MODEL, RESULT).anyMatch(name -> Files.exists(file(name)));
    }

    /**
     * Removes the checkpoint of a finished run, which is of no use, and large: a kill may have left it. Only where that can be done;
     * the folder may be another's, or another process may be at it.
     */
    public void deleteLeftCheckpoint() {
        if (!isFinished() || !Files.exists(file(CHECKPOINT))) return;
        try (RunLock _ = RunLock.of(path)) {
            Files.deleteIfExists(file(CHECKPOINT));
        } catch (UserError | IOException e) {
            // It may stay.
        }
    }

    /** What is here besides the lock and files that were never completed. */
    private List<String> otherFiles() {
        List<String> names = new ArrayList<>();
        for (Path file : list("*")) {
            String name = file.getFileName().toString();
            if (!name.equals(RunLock.FILE) && !AtomicFile.isPart(file)) names.add(name);
        }
        return names;
    }

    /** Removes what a killed process was writing. */
    private void deleteParts() {
        for (Path part : list("*.part")) {
            if (!AtomicFile.isPart(part)) continue; // another program's
            try {
                Files.deleteIfExists(part);
            } catch (IOException e) {
                throw AtomicFile.cannotWrite(part, e);
            }
        }
    }

    private List<Path> list(String pattern) {
        List<Path> files = new ArrayList<>();
        if (!Files.isDirectory(path)) return files;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path, pattern)) {
            stream.forEach(files::add);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(path, e);
        }
        return files;
    }

    private <T> Optional<T> readIfThere(String name, Class<T> type) {
        return Files.exists(file(name)) ? Optional.of(Json.read(file(name), type)) : Optional.empty();
    }

    Path file(String name) {
        return path.resolve(name);
    }
}
