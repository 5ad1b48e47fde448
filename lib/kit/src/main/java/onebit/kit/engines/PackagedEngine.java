package onebit.kit.engines;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Platform;
import onebit.engine.Precision;
import onebit.kit.LoadFailure;
import onebit.kit.engines.EngineDescription.Libraries;
import onebit.run.UserError;

/**
 * An engine in a jar of its own, for each device in a class loader of its own: two engines may bring different versions of
 * the same library. The jar alone is loaded when its modes are asked for; what it needs is fetched when it is to run, and
 * loaded once a process, whoever asks.
 */
final class PackagedEngine implements EngineCandidate {

    private record Opened(Path jar, Device device) {}

    private static final Map<Opened, Engine> OPENED = new HashMap<>();

    private final EngineDescription description;
    private final Path jar;
    private final Platform platform;
    private final NativeArtifacts artifacts;
    private Engine listed;

    PackagedEngine(EngineDescription description, Path jar, Platform platform, NativeArtifacts artifacts) {
        this.description = description;
        this.jar = jar;
        this.platform = platform;
        this.artifacts = artifacts;
    }

    @Override
    public String name() {
        return description.name();
    }

    @Override
    public String summary() {
        return description.summary();
    }

    @Override
    public int preference() {
        return description.preference();
    }

    @Override
    public boolean automatic(Device device) {
        Libraries libraries = description.libraries().get(device);
        return libraries != null && libraries.automatic();
    }

    @Override
    public synchronized List<Engine.Mode> modes() {
        return ownModes().stream().map(m -> exists(m.device()) ? m : new Engine.Mode(m.device(), m.precision(), false, lacking(m.device()))).toList();
    }

    /** An engine that cannot even be asked has no mode here, and says why; the others can be used all the same. */
    private List<Engine.Mode> ownModes() {
        try {
            if (listed == null) listed = load(List.of());
            return listed.modes();
        } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
            String reason = e instanceof LinkageError error ? LoadFailure.cause(error) : String.valueOf(e.getMessage());
            String note = "it cannot say what it can do here: " + (reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason);
            return description.libraries().keySet().stream()
                .flatMap(device -> Stream.of(Precision.values()).map(precision -> new Engine.Mode(device, precision, false, note))).toList();
        }
    }

    @Override
    public Engine open(Device device) {
        synchronized (OPENED) {
            return OPENED.computeIfAbsent(new Opened(jar, device), key -> load(fetch(device, CpuFeatures.detect())));
        }
    }

    @Override
    public String fetch(Device device, CpuFeatures processor, Optional<Path> repository) {
        List<Path> files = fetch(device, processor);
        Libraries libraries = description.libraries().get(device);
        repository.ifPresent(place -> NativeArtifacts.copy(libraries.on(platform, processor), files, place));
        return platform + (libraries.differByProcessor() ? " with " + processor.name() : "");
    }

    private List<Path> fetch(Device device, CpuFeatures processor) {
        if (!exists(device))
            throw new UserError("The engine '" + name() + "' cannot run on this machine: " + lacking(device) + ". Use --engine reference, or another machine.");
        Libraries libraries = description.libraries().get(device);
        return artifacts.resolve("the engine '" + name() + "' on " + device.label(), libraries.on(platform, processor), libraries.megabytes());
    }

    private boolean exists(Device device) {
        Libraries libraries = description.libraries().get(device);
        return libraries != null && libraries.exist(platform);
    }

    private String lacking(Device device) {
        Libraries libraries = description.libraries().get(device);
        return libraries == null ? "it has no libraries for " + device.label()
            : "it has native libraries for " + String.join(", ", libraries.platforms()) + ", and this machine is " + platform;
    }

    private Engine load(List<Path> libraries) {
        URL[] urls = Stream.concat(Stream.of(jar), libraries.stream()).map(PackagedEngine::url).toArray(URL[]::new);
        URLClassLoader loader = new URLClassLoader("onebit-engine-" + name(), urls, Engine.class.getClassLoader());
        return ServiceLoader.load(Engine.class, loader).stream()
            .filter(provider -> provider.type().getClassLoader() == loader) // the parent's engines are seen through it too
            .map(ServiceLoader.Provider::get).filter(e -> e.name().equals(name())).findFirst()
            .orElseThrow(() -> new UserError("The engine file " + jar + " holds no engine '" + name() + "'. Build the project again (make build)."));
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("No address for " + file, e);
        }
    }
}
