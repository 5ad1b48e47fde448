package onebit.kit.engines;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import onebit.engine.Engine;
import onebit.run.UserError;

/**
 * An engine in a jar of its own, in a class loader of its own: two engines may bring different versions of the same
 * library. The jar is opened when its modes are asked for, its native jars are fetched when it is to run.
 */
final class PackagedEngine implements EngineCandidate {

    private final EngineDescription description;
    private final Path jar;
    private final Platform platform;
    private final NativeArtifacts artifacts;
    private Loader loader;
    private Engine engine;
    private boolean complete;

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
    public List<Engine.Mode> modes() {
        List<Engine.Mode> modes = load().modes();
        if (description.supports(platform)) return modes;
        return modes.stream().map(m -> new Engine.Mode(m.precision(), false, lacking())).toList();
    }

    @Override
    public synchronized Engine open() {
        if (!description.supports(platform))
            throw new UserError("The engine '" + name() + "' cannot run on this machine: " + lacking() + ". Use --engine reference, or another machine.");
        Engine loaded = load();
        if (!complete) {
            for (Path file : artifacts.resolve(description.nativesFor(platform))) loader.addURL(url(file));
            complete = true;
        }
        return loaded;
    }

    private String lacking() {
        return "it has native libraries for " + String.join(", ", description.platforms()) + ", and this machine is " + platform;
    }

    private synchronized Engine load() {
        if (engine != null) return engine;
        loader = new Loader(url(jar), Engine.class.getClassLoader());
        engine = ServiceLoader.load(Engine.class, loader).stream()
            .filter(provider -> provider.type().getClassLoader() == loader) // the parent's engines are seen through it too
            .map(ServiceLoader.Provider::get).filter(e -> e.name().equals(name())).findFirst()
            .orElseThrow(() -> new UserError("The engine file " + jar + " holds no engine '" + name() + "'. Build the project again (make build)."));
        return engine;
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("No address for " + file, e);
        }
    }

    /** Opens {@link URLClassLoader#addURL}: the native jars join when they are needed. */
    private static final class Loader extends URLClassLoader {
        Loader(URL jar, ClassLoader parent) {
            super("onebit-engine", new URL[] {jar}, parent);
        }

        @Override
        protected void addURL(URL url) {
            super.addURL(url);
        }
    }
}
