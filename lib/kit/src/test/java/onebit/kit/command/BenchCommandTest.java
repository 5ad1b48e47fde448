package onebit.kit.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import onebit.run.Json;
import org.junit.jupiter.api.Test;

class BenchCommandTest {

    private static final List<String> SMALL = List.of("--engine", "reference", "--depth", "8", "--width", "1", "--batch", "2", "--warm-up", "0", "--iters", "1");

    static Shell.Outcome bench(String task, String... more) {
        return Shell.run(java.util.stream.Stream.of(List.of("bench", task), SMALL, List.of(more)).flatMap(List::stream).toArray(String[]::new));
    }

    @Test
    void printsOneJsonLineWithTheSettingAndTheRate() throws Exception {
        for (String task : List.of("train", "infer")) {
            Shell.Outcome outcome = bench(task, "--norm", "srelu", "--one-bit", "--classes", "100", "--threads", "1");

            assertEquals(0, outcome.code(), outcome.err());
            assertEquals(1, outcome.out().lines().count());
            JsonNode json = Json.parse(outcome.out(), JsonNode.class);
            assertTrue(json.get("images_per_s").asDouble() > 0);
            assertEquals(task, json.get("task").asText());
            assertEquals("reference", json.get("engine").asText());
            assertEquals("float64", json.get("precision").asText());
            assertEquals("srelu", json.get("norm").asText());
            assertTrue(json.get("one_bit").asBoolean());
            assertEquals(List.of(8, 1, 2, 100, 1), List.of(json.get("depth").asInt(), json.get("width").asInt(), json.get("batch").asInt(),
                json.get("classes").asInt(), json.get("iters").asInt()));
            assertEquals(1, json.get("threads").asInt());
            assertTrue(outcome.err().startsWith("Engine reference, float64") && outcome.err().contains("; 1 thread."), outcome.err());
        }
    }

    @Test
    void asAWorkerAnswersEachNumberOfStepsWithSeconds() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("1\n2\n".getBytes(StandardCharsets.US_ASCII)));
        try {
            List<String> lines = bench("train", "--worker").out().lines().toList();
            assertEquals(3, lines.size(), lines.toString());
            assertTrue(lines.getFirst().startsWith("{") && !lines.getFirst().contains("images_per_s"), lines.getFirst());
            assertTrue(Double.parseDouble(lines.get(1)) > 0 && Double.parseDouble(lines.get(2)) > 0, lines.toString());
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void asAWorkerRefusesWhatIsNoNumberOfSteps() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("many\n".getBytes(StandardCharsets.US_ASCII)));
        try {
            Shell.Outcome outcome = bench("infer", "--worker");
            assertEquals(1, outcome.code());
            assertTrue(outcome.err().contains("'many'"), outcome.err());
        } finally {
            System.setIn(before);
        }
    }
}
