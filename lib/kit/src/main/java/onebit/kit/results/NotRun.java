package onebit.kit.results;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import onebit.run.AtomicFile;

/**
 * Why rows could not be run when they were last tried. A file each, as several processes may train rows at a time.
 *
 * @param folder with a file {@code ROW.txt} for each such row; may be missing
 */
public record NotRun(Path folder) {

    private static final String ENDING = ".txt";

    /** By row; empty if nothing failed. */
    public Map<String, String> reasons() {
        Map<String, String> reasons = new TreeMap<>();
        if (!Files.isDirectory(folder)) return reasons;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                try {
                    reasons.put(file.getFileName().toString().replace(ENDING, ""), Files.readString(file).strip());
                } catch (NoSuchFileException e) {
                    // Another process has run the row meanwhile.
                }
            }
        } catch (IOException e) {
            throw AtomicFile.cannotRead(folder, e);
        }
        return reasons;
    }

    /** Notes why a row was not run. */
    public void note(String row, String reason) {
        AtomicFile.write(file(row), reason + "\n");
    }

    /** Forgets why a row was not run: it has been. */
    public void forget(String row) {
        try {
            Files.deleteIfExists(file(row));
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(file(row), e);
        }
    }

    private Path file(String row) {
        return folder.resolve(row + ENDING);
    }
}
