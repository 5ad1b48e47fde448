package onebit.kit.engines;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Platform;
import onebit.run.UserError;

/**
 * What an engine's jar says about itself in {@value #RESOURCE}, so that what it needs is known before it is loaded: {@code name},
 * {@code summary}, {@code preference}; and {@code libraries}, {@code megabytes}, {@code platforms} and {@code automatic} for the CPU, the same
 * followed by {@code .cuda} for an NVIDIA GPU; {@code libraries.shared} for what it needs on both; {@code processor.AVX-512} and the like, what stands in the coordinates for
 * <code>${processor}</code> on such a {@link CpuFeatures processor}.
 *
 * @param name       as on the command line
 * @param summary    one line for people
 * @param preference of the engines that can run, {@code auto} takes the one with the greatest
 * @param libraries  what it needs besides its own jar, for each device that it runs on
 */
public record EngineDescription(String name, String summary, int preference, Map<Device, Libraries> libraries) {

    public static final String RESOURCE = "META-INF/onebit/engine.properties";

    /**
     * Jars, of Java classes and of native libraries, that an engine needs on a device.
     *
     * @param coordinates of Maven, {@code group:artifact:version} or {@code group:artifact:extension:classifier:version};
     *                    <code>${platform}</code> stands for the {@link Platform}, <code>${processor}</code> for what follows
     * @param processors  what <code>${processor}</code> stands for, by the processor's vector instructions; nothing for others
     * @param megabytes   of all together, for people: whole 10^6 bytes, 0 if that is not worth telling
     * @param platforms   names of the platforms for which these exist; empty: any
     * @param automatic   whether {@code auto} may take the engine on this device: {@code false} where so much is to be fetched that
     *                    somebody should have asked for it by the engine's name
     */
    public record Libraries(List<String> coordinates, Map<String, String> processors, int megabytes, List<String> platforms, boolean automatic) {

        List<String> on(Platform platform, CpuFeatures processor) {
            String classifier = processors.getOrDefault(processor.name(), "");
            return coordinates.stream().map(c -> c.replace("${platform}", platform.name()).replace("${processor}", classifier)).toList();
        }

        boolean differByProcessor() {
            return coordinates.stream().anyMatch(c -> c.contains("${processor}"));
        }

        boolean exist(Platform platform) {
            return platforms.isEmpty() || platforms.contains(platform.name());
        }
    }

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

    static EngineDescription of(Properties properties, Path jar) {
        String name = properties.getProperty("name", "");
        if (name.isBlank()) throw new UserError("The engine file " + jar + " does not say its name in " + RESOURCE + ".");
        Map<Device, Libraries> libraries = new EnumMap<>(Device.class);
        libraries.put(Device.CPU, libraries(properties, "", jar));
        if (properties.containsKey("libraries.cuda")) libraries.put(Device.CUDA, libraries(properties, ".cuda", jar));
        return new EngineDescription(name.strip(), properties.getProperty("summary", "").strip(), number(properties, "preference", jar), libraries);
    }

    private static Libraries libraries(Properties properties, String suffix, Path jar) {
        return new Libraries(list(properties.getProperty("libraries.shared", "") + " " + properties.getProperty("libraries" + suffix, "")), processors(properties),
            number(properties, "megabytes" + suffix, jar), list(properties.getProperty("platforms" + suffix, "")),
            !properties.getProperty("automatic" + suffix, "").strip().equals("false"));
    }

    private static Map<String, String> processors(Properties properties) {
        String prefix = "processor.";
        return properties.stringPropertyNames().stream().filter(key -> key.startsWith(prefix))
            .collect(Collectors.toMap(key -> key.substring(prefix.length()), key -> properties.getProperty(key).strip()));
    }

    private static int number(Properties properties, String key, Path jar) {
        try {
            return Integer.parseInt(properties.getProperty(key, "0").strip());
        } catch (NumberFormatException e) {
            throw new UserError("The engine file " + jar + " has a '" + key + "' that is no whole number.", e);
        }
    }

    private static List<String> list(String words) {
        return Arrays.stream(words.split("[,\\s]+")).filter(w -> !w.isEmpty()).toList();
    }
}
