package onebit.kit.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import onebit.run.AtomicFile;
import onebit.run.Json;

/** Why rows could not be run when they were last tried: a file of one JSON object, row to reason. */
public record NotRun(Path file) {

    /** By row; empty if nothing failed. */
    public Map<String, String> reasons() {
        Map<String, String> reasons = new TreeMap<>();
        if (Files.exists(file)) Json.read(file, JsonNode.class).properties().forEach(e -> reasons.put(e.getKey(), e.getValue().asText()));
        return reasons;
    }

    /** Notes why a row was not run. */
    public void note(String row, String reason) {
        Map<String, String> reasons = reasons();
        reasons.put(row, reason);
        write(reasons);
    }

    /** Forgets why a row was not run: it has been. */
    public void forget(String row) {
        Map<String, String> reasons = reasons();
        if (reasons.remove(row) != null) write(reasons);
    }

    private void write(Map<String, String> reasons) {
        AtomicFile.write(file, Json.text(reasons));
    }
}
