package onebit.run;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Which program a run was made by. The hash of its sources is the build's (SHA-256, {@code lib/bin/source-hash}); it comes from
 * the system property {@code onebit.sources}, which the launcher sets, or else from the first word of a file
 * {@code sources.sha256} in the folder of the core library's jar or in the folder above it, where the build puts it.
 *
 * @param version of the kit; "development" when run from class folders
 * @param sources hash of the sources that it was built from; "unknown" if nothing tells it
 * @param command the command line: the system property {@code onebit.command} if the launcher sets it, else the main
 *                class and its arguments
 */
public record Software(String version, String sources, String command) {

    private static final String UNKNOWN = "unknown";

    /** The running program. */
    public static Software running() {
        String command = System.getProperty("onebit.command", System.getProperty("sun.java.command", UNKNOWN));
        return new Software(readVersion(), readSources(), command);
    }

    private static String readVersion() {
        Properties properties = new Properties();
        try (InputStream in = Software.class.getResourceAsStream("/META-INF/maven/onebit/onebit-core/pom.properties")) {
            if (in != null) properties.load(in);
        } catch (IOException e) {
            return UNKNOWN;
        }
        return properties.getProperty("version", "development");
    }

    private static String readSources() {
        String property = System.getProperty("onebit.sources", "");
        if (!property.isBlank()) return property;
        try {
            Path folder = Path.of(Software.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getParent();
            for (Path place : new Path[] {folder, folder.getParent()})
                if (place != null && Files.isRegularFile(place.resolve("sources.sha256")))
                    return Files.readString(place.resolve("sources.sha256")).strip().split("\\s+")[0];
        } catch (IOException | URISyntaxException e) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }
}
