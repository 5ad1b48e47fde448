package onebit.kit.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import onebit.data.Progress;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Platform;
import onebit.kit.engines.EngineDescription.Libraries;
import onebit.run.UserError;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.transfer.RepositoryOfflineException;
import org.junit.jupiter.api.Assumptions;

/**
 * Engines on a test's class path as the kit loads them: each in a class loader of its own, with the jars that its description
 * names, and without those that the test has.
 */
public final class IsolatedEngine {

    private static final Map<String, Engine> LOADED = new HashMap<>();

    private IsolatedEngine() {}

    /** The engine of this name, for the CPU; loaded once. A test that asks is skipped where the jars cannot be had. */
    public static synchronized Engine of(String name) {
        return LOADED.computeIfAbsent(name, n -> load(n, libraries(n, Device.CPU)));
    }

    /** The jars that the engine of this name needs on a device; a test that asks is skipped where they cannot be had. */
    public static List<Path> libraries(String name, Device device) {
        Libraries libraries = EngineDescription.of(description(name), Path.of(name)).libraries().get(device);
        Assumptions.assumeTrue(libraries.exist(Platform.current()), "the engine " + name + " has no libraries for " + Platform.current());
        try {
            return new NativeArtifacts(MavenSettings::ofUser, Progress.NONE).resolve("the tests", libraries.on(Platform.current(), CpuFeatures.detect()), 0);
        } catch (UserError e) {
            if (!isOfNetwork(e)) throw e;
            return Assumptions.abort("what the engine " + name + " needs cannot be had here: " + e.getMessage());
        }
    }

    /** Whether a file is missing for want of a network, and not because nobody has it or it is damaged. */
    private static boolean isOfNetwork(UserError e) {
        return e.getCause() instanceof ArtifactResolutionException resolution && resolution.getResult().getExceptions().stream().anyMatch(failure ->
            Stream.iterate((Throwable) failure, Objects::nonNull, Throwable::getCause).anyMatch(t -> t instanceof RepositoryOfflineException
                || t.getClass().getPackageName().startsWith("java.net")));
    }

    /** A fresh engine that sees these jars. */
    public static Engine load(String name, List<Path> jars) {
        List<URL> urls = new ArrayList<>();
        try {
            String address = resource(name).toString(); // file:DIR/META-INF/onebit/engine.properties, or in a jar
            String root = address.substring(0, address.length() - EngineDescription.RESOURCE.length());
            urls.add(URI.create(root.startsWith("jar:") ? root.substring("jar:".length(), root.length() - "!/".length()) : root).toURL());
            for (Path jar : jars) urls.add(jar.toUri().toURL());
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
        URLClassLoader loader = new URLClassLoader("engine " + name, urls.toArray(URL[]::new), new WithoutEngine(name));
        return ServiceLoader.load(Engine.class, loader).stream().filter(p -> p.type().getClassLoader() == loader).map(ServiceLoader.Provider::get).findFirst().orElseThrow();
    }

    private static Properties description(String name) {
        return read(resource(name));
    }

    private static URL resource(String name) {
        try {
            for (URL url : Collections.list(IsolatedEngine.class.getClassLoader().getResources(EngineDescription.RESOURCE)))
                if (read(url).getProperty("name").equals(name)) return url;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalArgumentException("The class path has no engine '" + name + "'.");
    }

    private static Properties read(URL url) {
        Properties description = new Properties();
        try (InputStream in = url.openStream()) {
            description.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return description;
    }

    /** The tests' class path, without the engine's own package and without what engines bring. */
    private static final class WithoutEngine extends ClassLoader {
        private final List<String> hidden;

        WithoutEngine(String engine) {
            super(IsolatedEngine.class.getClassLoader());
            hidden = List.of("onebit." + engine + ".", "org.bytedeco.", "org.nd4j.", "org.deeplearning4j.", "META-INF.maven.", "META-INF.services.onebit.");
        }

        private boolean hides(String name) {
            return hidden.stream().anyMatch(name.replace('/', '.')::startsWith);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (hides(name)) throw new ClassNotFoundException(name);
            return super.loadClass(name, resolve);
        }

        @Override
        public URL getResource(String name) {
            return hides(name) ? null : super.getResource(name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return hides(name) ? Collections.emptyEnumeration() : super.getResources(name);
        }
    }
}
