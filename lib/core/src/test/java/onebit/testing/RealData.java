package onebit.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** What tests on real data are given: folders in environment variables. */
final class RealData {

    private RealData() {}

    /** The folder that a variable names; a test that asks is skipped without. */
    static Path folder(String variable) {
        String folder = System.getenv(variable);
        assumeTrue(folder != null && !folder.isBlank(), variable + " does not name a folder");
        return Path.of(folder);
    }
}
