package onebit.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import onebit.model.NamedTensors;

/**
 * All that a run needs to go on, wherever it was stopped. Order, augmentation and initial weights are functions of the
 * seed and the position, so that no generator's state is kept. In a folder: {@code checkpoint.safetensors}, with
 * parameters, running averages and momentum by name, and the rest as JSON in its header under {@code progress} and
 * {@code provenance}.
 *
 * @param progress   where the run is
 * @param provenance of the run up to here; empty in checkpoints that were written before they had it
 * @param state      of the network
 */
public record Checkpoint(Progress progress, Optional<Provenance> provenance, NamedTensors state) {

    private static final String FORMAT = "onebit-checkpoint-1";
    private static final String PROGRESS = "progress";
    private static final String PROVENANCE = "provenance";

    /**
     * A position between two steps, and what has been counted before it.
     *
     * @param epoch   of the next step, 1-based; one more than the configured number when all is done
     * @param step    the next step, 0-based; equal to the steps of an epoch when only the evaluation is outstanding
     * @param lossSum sum of the losses of this epoch's steps so far, in their order
     * @param correct training images of this epoch so far that were classified right
     * @param seconds that this epoch's steps have taken
     * @param epochs  the epochs completed
     */
    public record Progress(int epoch, int step, double lossSum, long correct, double seconds, List<EpochMetrics> epochs) {

        public Progress {
            epochs = List.copyOf(epochs);
        }

        /** Before the first step. */
        public static Progress start() {
            return atEpoch(1, List.of());
        }

        /** Before an epoch's first step. */
        public static Progress atEpoch(int epoch, List<EpochMetrics> completed) {
            return new Progress(epoch, 0, 0, 0, 0, completed);
        }
    }

    void write(Path file) {
        Map<String, SafeTensors.Entry> entries = new LinkedHashMap<>();
        for (String name : state.names()) entries.put(name, new SafeTensors.Floats(state.get(name)));
        Map<String, String> texts = new HashMap<>(Map.of("format", FORMAT, PROGRESS, Json.line(progress)));
        provenance.ifPresent(p -> texts.put(PROVENANCE, Json.line(p)));
        new SafeTensors(texts, entries).write(file);
    }

    static Checkpoint read(Path file) {
        String remedy = "The run cannot go on from it; begin it again in an empty folder.";
        SafeTensors tensors = SafeTensors.read(file, remedy);
        if (!FORMAT.equals(tensors.metadata().get("format")))
            throw new UserError(file + " is not a checkpoint of this version of OneBit. " + remedy);
        NamedTensors state = new NamedTensors();
        tensors.entries().forEach((name, entry) -> {
            switch (entry) {
                case SafeTensors.Floats floats -> state.put(name, floats.tensor());
                case SafeTensors.Bytes _ -> throw new UserError(file + " is no checkpoint: '" + name + "' in it are bytes, not float32 values. " + remedy);
            }
        });
        try {
            Progress progress = Json.parse(tensors.metadata().getOrDefault(PROGRESS, ""), Progress.class);
            String provenance = tensors.metadata().get(PROVENANCE);
            return new Checkpoint(progress, provenance == null ? Optional.empty() : Optional.of(Json.parse(provenance, Provenance.class)), state);
        } catch (JsonProcessingException e) {
            throw new UserError(file + " does not say where its run is or how it came there (" + e.getOriginalMessage() + "). " + remedy, e);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(file, e);
        }
    }
}
