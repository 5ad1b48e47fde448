package onebit.kit;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import onebit.data.Progress;
import onebit.engine.Platform;
import onebit.kit.engines.EngineResolver;
import onebit.kit.engines.MavenSettings;
import onebit.kit.engines.NativeArtifacts;

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

    /** Where results are, unless a command says otherwise: the folder that {@code ONEBIT_RESULTS} names, or the project's. */
    public Path results() {
        return results(System.getenv());
    }

    /** The same, in another environment. */
    public Path results(Map<String, String> environment) {
        return folder(environment, "ONEBIT_RESULTS").orElseGet(this::projectResults);
    }

    /** A folder that a variable names; empty if it is not set, or blank. */
    public static Optional<Path> folder(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable)).map(String::strip).filter(folder -> !folder.isEmpty()).map(Path::of);
    }

    private Path projectResults() {
        return project().resolve("results");
    }

    /** The project's folder {@code figures}. */
    public Path figures() {
        return project().resolve("figures");
    }

    /** The README that shows a folder of results: of the project's the project's, of others one in that folder. */
    public Path readme(Path results) {
        return (isTheProjects(results) ? project() : results).resolve("README.md");
    }

    /** Where the figures of a folder of results go: of the project's into the project's, of others into that folder. */
    public Path figures(Path results) {
        return isTheProjects(results) ? figures() : results.resolve("figures");
    }

    private boolean isTheProjects(Path results) {
        return results.toAbsolutePath().normalize().equals(projectResults());
    }

    public Path project() {
        return home.getParent() == null ? home : home.getParent();
    }

    /** The engines that were built, and where what they need is fetched. */
    public EngineResolver engines(Progress progress) {
        return new EngineResolver(home.resolve("dist").resolve("engines"), Platform.current(), new NativeArtifacts(MavenSettings::ofUser, progress));
    }
}
