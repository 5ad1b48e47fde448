package onebit.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import onebit.data.Progress;
import onebit.engine.Engine;
import onebit.kit.engines.MavenSettings;
import onebit.kit.engines.NativeArtifacts;
import onebit.kit.engines.Platform;
import onebit.run.UserError;
import org.junit.jupiter.api.Assumptions;

/** The engine as the kit loads it: in a class loader of its own, with the jars that its description names. */
final class IsolatedTorch {

    private static Optional<Engine> engine = Optional.empty();

    private IsolatedTorch() {}

    /** For the CPU; a test that asks is skipped where the jars cannot be had. */
    static synchronized Engine engine() {
        if (engine.isEmpty()) engine = Optional.of(load(jars("libraries")));
        return engine.get();
    }

    /** Files of the jars that the description names under a key. */
    static List<Path> jars(String key) {
        Properties description = description();
        String platform = Platform.current().name();
        Assumptions.assumeTrue(List.of(description.getProperty("platforms").split(" ")).contains(platform), "there is no libtorch for " + platform);
        List<String> coordinates = List.of(description.getProperty(key).replace("${platform}", platform).split("\\s+"));
        try {
            return new NativeArtifacts(MavenSettings::ofUser, Progress.NONE).resolve("the tests", coordinates, 0);
        } catch (UserError e) {
            Assumptions.abort("libtorch cannot be had here: " + e.getMessage());
            throw e;
        }
    }

    private static Properties description() {
        Properties description = new Properties();
        try (InputStream in = IsolatedTorch.class.getClassLoader().getResourceAsStream("META-INF/onebit/engine.properties")) {
            description.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return description;
    }

    /** A fresh engine that sees these jars. */
    static Engine load(List<Path> jars) {
        List<URL> urls = new ArrayList<>();
        try {
            urls.add(TorchEngine.class.getProtectionDomain().getCodeSource().getLocation());
            for (Path jar : jars) urls.add(jar.toUri().toURL());
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
        URLClassLoader loader = new URLClassLoader("torch under test", urls.toArray(URL[]::new), new WithoutTorch(IsolatedTorch.class.getClassLoader()));
        return ServiceLoader.load(Engine.class, loader).stream().filter(p -> p.type().getClassLoader() == loader).map(ServiceLoader.Provider::get).findFirst().orElseThrow();
    }

    /** The tests' class path, without this module and the presets. */
    private static final class WithoutTorch extends ClassLoader {
        private static final List<String> HIDDEN = List.of("onebit.torch.", "org.bytedeco.", "META-INF.maven.org.bytedeco.", "META-INF.services.");

        WithoutTorch(ClassLoader parent) {
            super(parent);
        }

        private static boolean hidden(String name) {
            return HIDDEN.stream().anyMatch(name.replace('/', '.')::startsWith);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (hidden(name)) throw new ClassNotFoundException(name);
            return super.loadClass(name, resolve);
        }

        @Override
        public URL getResource(String name) {
            return hidden(name) ? null : super.getResource(name);
        }

        @Override
        public java.util.Enumeration<URL> getResources(String name) throws IOException {
            return hidden(name) ? java.util.Collections.emptyEnumeration() : super.getResources(name);
        }
    }
}
