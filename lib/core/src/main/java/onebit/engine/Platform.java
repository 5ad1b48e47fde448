package onebit.engine;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Operating system and processor as the artifacts of native libraries name them.
 *
 * @param name {@code linux-x86_64}, {@code linux-arm64}, {@code macosx-arm64}, {@code macosx-x86_64}, {@code windows-x86_64}, ...
 */
public record Platform(String name) {

    /** The one this program runs on. */
    public static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /**
     * @param osName as Java's property {@code os.name}
     * @param osArch as Java's property {@code os.arch}
     */
    public static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String arch = osArch.toLowerCase(Locale.ROOT);
        String system = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os.replace(' ', '-');
        String processor = switch (arch) {
            case "amd64", "x86_64", "x64" -> "x86_64";
            case "aarch64", "arm64" -> "arm64";
            default -> arch;
        };
        return new Platform(system + "-" + processor);
    }

    /** The folders that a variable of an environment lists, as {@code PATH} does; what is no path is left out: Windows has quoted ones. */
    public static List<Path> folders(Map<String, String> environment, String variable) {
        List<Path> folders = new ArrayList<>();
        for (String folder : environment.getOrDefault(variable, "").split(File.pathSeparator)) {
            if (folder.isBlank()) continue;
            try {
                folders.add(Path.of(folder));
            } catch (InvalidPathException e) {
                continue;
            }
        }
        return folders;
    }

    @Override
    public String toString() {
        return name;
    }
}
