package onebit.kit.engines;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import onebit.run.UserError;

/**
 * What an engine's jar says about itself in {@value #RESOURCE}, so that it can be listed without being loaded.
 *
 * @param name       as on the command line
 * @param summary    one line for people
 * @param preference of the engines that can run, {@code auto} takes the one with the greatest
 * @param natives    Maven coordinates, {@code group:artifact:extension:classifier:version}, of the jars that hold its native
 *                   libraries; <code>${platform}</code> stands for the {@link Platform}
 * @param platforms  names of the platforms for which these exist; empty: any
 */
public record EngineDescription(String name, String summary, int preference, List<String> natives, List<String> platforms) {

    public static final String RESOURCE = "META-INF/onebit/engine.properties";

    /** The description in a jar; empty if it has none, and so is not an engine. */
    static Optional<EngineDescription> in(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            ZipEntry entry = file.getEntry(RESOURCE);
            if (entry == null) return Optional.empty();
            Properties properties = new Properties();
            try (InputStream in = file.getInputStream(entry)) {
                properties.load(in);
            }
            return Optional.of(of(properties, jar));
        } catch (IOException e) {
            throw new UserError("The engine file " + jar + " cannot be read (" + e.getMessage() + "). Build the project again (make build).", e);
        }
    }

    private static EngineDescription of(Properties properties, Path jar) {
        String name = properties.getProperty("name", "");
        if (name.isBlank()) throw new UserError("The engine file " + jar + " does not say its name in " + RESOURCE + ".");
        try {
            return new EngineDescription(name.strip(), properties.getProperty("summary", "").strip(),
                Integer.parseInt(properties.getProperty("preference", "0").strip()),
                list(properties.getProperty("natives", "")), list(properties.getProperty("platforms", "")));
        } catch (NumberFormatException e) {
            throw new UserError("The engine file " + jar + " has a 'preference' that is no whole number.", e);
        }
    }

    private static List<String> list(String words) {
        return Arrays.stream(words.split("[,\\s]+")).filter(w -> !w.isEmpty()).toList();
    }

    /** The coordinates of the native jars for a platform. */
    List<String> nativesFor(Platform platform) {
        return natives.stream().map(c -> c.replace("${platform}", platform.name())).toList();
    }

    boolean supports(Platform platform) {
        return platforms.isEmpty() || platforms.contains(platform.name());
    }
}
