package onebit.data;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import onebit.run.UserError;

/**
 * Where OneBit keeps what it has fetched: {@code ONEBIT_CACHE} if that is set, else the folder {@code onebit} in the
 * user's cache folder ({@code XDG_CACHE_HOME} or {@code ~/.cache} on Linux, {@code ~/Library/Caches} on macOS,
 * {@code %LOCALAPPDATA%} on Windows), {@code ~} being {@code HOME} where that is set. Everything in it may be deleted at any time.
 */
public final class UserCache {

    private static final String JAVACPP_FOLDER = "org.bytedeco.javacpp.cachedir";

    private UserCache() {}

    /**
     * The folder, absolute; not created.
     *
     * @throws UserError if neither the environment nor the system tells where it could be
     */
    public static Path folder() {
        return folder(System.getenv(), System.getProperty("os.name"), System.getProperty("user.home"));
    }

    /**
     * Has JavaCPP unpack native libraries here, in {@code natives/javacpp}, if its own property
     * {@code org.bytedeco.javacpp.cachedir} does not say where; to be called before any class of it is used.
     */
    public static void keepNativesOfJavaCpp() {
        if (System.getProperty(JAVACPP_FOLDER) == null) System.setProperty(JAVACPP_FOLDER, folder().resolve("natives").resolve("javacpp").toString());
    }

    /** @param userHome as the system has it, which says {@code ?} of a user that it does not know */
    static Path folder(Map<String, String> environment, String operatingSystem, String userHome) {
        String own = environment.getOrDefault("ONEBIT_CACHE", "");
        if (!own.isBlank()) return Path.of(own).toAbsolutePath();
        String system = operatingSystem.toLowerCase(Locale.ROOT);
        if (system.startsWith("windows")) {
            String local = environment.getOrDefault("LOCALAPPDATA", "");
            return (local.isBlank() ? Path.of(userHome, "AppData", "Local") : Path.of(local)).resolve("onebit");
        }
        if (system.startsWith("mac")) return home(environment, userHome).resolve("Library").resolve("Caches").resolve("onebit");
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG specification: a relative path is invalid and to be ignored.
        boolean usable = !xdg.isBlank() && Path.of(xdg).isAbsolute();
        return (usable ? Path.of(xdg) : home(environment, userHome).resolve(".cache")).resolve("onebit");
    }

    private static Path home(Map<String, String> environment, String userHome) {
        return Stream.of(environment.getOrDefault("HOME", ""), userHome).map(Path::of).filter(Path::isAbsolute).findFirst()
            .orElseThrow(() -> new UserError("There is no home folder for OneBit's cache. Set HOME, or ONEBIT_CACHE to a folder that can be written."));
    }
}
