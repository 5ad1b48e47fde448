package onebit.kit;

import java.nio.file.Path;
import onebit.data.Progress;
import onebit.kit.engines.EngineResolver;
import onebit.kit.engines.MavenSettings;
import onebit.kit.engines.NativeArtifacts;
import onebit.kit.engines.Platform;

/**
 * Where this program is installed.
 *
 * @param home the project's folder {@code lib}
 */
public record Installation(Path home) {

    /** As the launcher says; without one, the folder {@code lib} where the program was started. */
    public static Installation current() {
        return new Installation(Path.of(System.getProperty("onebit.home", "lib")).toAbsolutePath().normalize());
    }

    /** The project's folder {@code results}. */
    public Path results() {
        return project().resolve("results");
    }

    /** The project's folder {@code figures}. */
    public Path figures() {
        return project().resolve("figures");
    }

    public Path project() {
        return home.getParent() == null ? home : home.getParent();
    }

    /** The engines that were built, and where what they need is fetched. */
    public EngineResolver engines(Progress progress) {
        return new EngineResolver(home.resolve("dist").resolve("engines"), Platform.current(), new NativeArtifacts(MavenSettings::ofUser, progress));
    }
}
