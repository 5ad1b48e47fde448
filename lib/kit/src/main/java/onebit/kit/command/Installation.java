package onebit.kit.command;

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
record Installation(Path home) {

    /** As the launcher says; without one, the folder {@code lib} where the program was started. */
    static Installation current() {
        return new Installation(Path.of(System.getProperty("onebit.home", "lib")).toAbsolutePath().normalize());
    }

    /** The project's folder {@code results}. */
    Path results() {
        return project().resolve("results");
    }

    Path project() {
        return home.getParent() == null ? home : home.getParent();
    }

    EngineResolver engines(Progress progress) {
        return new EngineResolver(home.resolve("dist").resolve("engines"), Platform.current(), new NativeArtifacts(MavenSettings::ofUser, progress));
    }
}
