package onebit.dl4j;

import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.kit.engines.IsolatedEngine;

/**
 * The dl4j engine as the kit loads it, once for all tests; a test that asks is skipped where DL4J and its natives cannot be
 * had. Its class loader sees this module's test classes too.
 */
final class TestEngine {

    private static Engine engine;

    private TestEngine() {}

    static synchronized Engine get() {
        if (engine == null) engine = IsolatedEngine.load("dl4j", Stream.concat(jars().stream(), Stream.of(testClasses())).toList());
        return engine;
    }

    /** DL4J, ND4J and the natives for this machine. */
    static List<Path> jars() {
        return IsolatedEngine.libraries("dl4j", Device.CPU);
    }

    static Path testClasses() {
        try {
            return Path.of(TestEngine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls a static method without arguments of a class that uses DL4J's own; the class loader of this test lacks them. */
    static void run(String type, String method) throws Throwable {
        ClassLoader loader = get().getClass().getClassLoader(), before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            Class.forName(type, true, loader).getMethod(method).invoke(null);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }
}
