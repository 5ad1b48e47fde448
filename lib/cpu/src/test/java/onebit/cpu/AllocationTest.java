package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.regex.Pattern;
import onebit.engine.Precision;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Once compiled, steps leave next to nothing on Java's heap. Where the JIT compiler cannot keep a kernel's vectors in
 * registers it boxes them, and a step allocates tens or hundreds of megabytes.
 */
class AllocationTest {

    private static final long BOUND = 4_000_000;
    private static final int STEPS = 400;

    @TempDir
    Path temp;

    @ParameterizedTest(name = "{0}, {1}, width {2}")
    @CsvSource({"float32, direct, 1", "float32, winograd, 2", "bf16, direct, 1", "bf16, winograd, 2"})
    void vectorsStayInRegisters(String precision, String algorithm, int width) throws Exception {
        Bf16.assumeAvailable(Precision.of(precision));
        String printed = Bf16.process(MeasuredTraining.class).run(temp.resolve("output"), precision, algorithm, String.valueOf(width), "16",
            String.valueOf(BOUND), String.valueOf(STEPS));
        var measured = Pattern.compile("(\\d+) bytes a step").matcher(printed);
        assertTrue(measured.find() && Long.parseLong(measured.group(1)) <= BOUND, printed);
    }
}
