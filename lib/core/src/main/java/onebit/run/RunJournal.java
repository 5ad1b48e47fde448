package onebit.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onebit.model.Graph;
import onebit.model.NamedTensors;

/** Writes a run into its folder, which it holds locked. What a method has written when it returns survives a kill. */
public final class RunJournal implements AutoCloseable {

    private final RunFolder folder;
    private final RunLock lock;

    RunJournal(RunFolder folder, RunLock lock) {
        this.folder = folder;
        this.lock = lock;
    }

    public RunFolder folder() {
        return folder;
    }

    /**
     * Saves where the run is. The checkpoint comes first and holds metrics and provenance too: killed after it, the resumed run
     * writes the others again.
     *
     * @throws UserError if it cannot be written; the folder then goes on from the checkpoint before
     */
    public void save(Checkpoint checkpoint) {
        saving(() -> {
            checkpoint.write(folder.file(RunFolder.CHECKPOINT));
            writeMetrics(checkpoint.progress().epochs());
            checkpoint.provenance().ifPresent(this::writeProvenance);
        });
    }

    private static void saving(Runnable writes) {
        try {
            writes.run();
        } catch (UserError e) {
            throw new UserError(e.getMessage() + " What the run had saved before is intact: begun again it goes on from there (onebit train with --resume).", e);
        }
    }

    /** Writes the metrics unless the file has them: they change once an epoch, checkpoints come more often. */
    private void writeMetrics(List<EpochMetrics> epochs) {
        String csv = EpochMetrics.csv(epochs);
        if (!holds(folder.file(RunFolder.METRICS), csv)) AtomicFile.write(folder.file(RunFolder.METRICS), csv);
    }

    private static boolean holds(Path file, String text) {
        try {
            return Files.readString(file).equals(text);
        } catch (IOException e) {
            return false; // none yet, or no text: to be written
        }
    }

    private void writeProvenance(Provenance provenance) {
        AtomicFile.write(folder.file(RunFolder.PROVENANCE), Json.text(provenance));
    }

    /**
     * Ends the run: its model, its result, and no checkpoint any more. Metrics and provenance are the last checkpoint's, and are
     * written before it goes: a kill may have come before they were.
     *
     * @param epochs     all of them
     * @param provenance as saved last
     * @param state      the final parameters
     * @throws UserError if it cannot be written; resumed, the run ends without training again
     */
    public void finish(List<EpochMetrics> epochs, Provenance provenance, Graph graph, NamedTensors state, RunResult result) {
        saving(() -> {
            writeMetrics(epochs);
            writeProvenance(provenance);
            ModelFile.write(folder.file(RunFolder.MODEL), graph, state);
            AtomicFile.write(folder.file(RunFolder.RESULT), Json.text(result));
            delete(folder.file(RunFolder.CHECKPOINT));
        });
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
