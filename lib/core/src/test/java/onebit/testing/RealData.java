package onebit.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import onebit.data.CifarSet;
import onebit.data.CifarSources;
import onebit.data.Dataset;
import onebit.data.Progress;

/** What tests on real data are given: folders in environment variables. */
public final class RealData {

    private RealData() {}

    /** The folder that a variable names; a test that asks is skipped without. */
    public static Path folder(String variable) {
        String folder = System.getenv(variable);
        assumeTrue(folder != null && !folder.isBlank(), variable + " does not name a folder");
        return Path.of(folder);
    }

    /** The folder with the official files that {@code ONEBIT_DATA} names or is above; a test that asks is skipped without. */
    public static Path cifarFolder(CifarSet set) {
        Path given = folder("ONEBIT_DATA");
        Optional<Path> found = Stream.of(given, given.resolve(set.folder())).filter(place -> Files.exists(place.resolve(set.test().name()))).findFirst();
        assumeTrue(found.isPresent(), "ONEBIT_DATA has no " + set.title());
        return found.orElseThrow();
    }

    /** The official files' images; skips as {@link #cifarFolder}. */
    public static Dataset cifar(CifarSet set) {
        cifarFolder(set);
        return CifarSources.of(Optional.empty()).load(set, Progress.NONE);
    }
}
