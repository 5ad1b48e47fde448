package onebit.kit.engines;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Makes small engine jars: the engine's modes tell which native resource its class loader sees; it has a file format, too. */
final class EngineJar {

    private EngineJar() {}

    /** An engine of this name with float32 available or not, and the given lines in its description. */
    static Path write(Path folder, String name, boolean available, String description) throws IOException {
        return write(folder, name, Boolean.toString(available), description);
    }

    /** @param available a Java expression, evaluated when the engine is asked for its modes */
    static Path write(Path folder, String name, String available, String description) throws IOException {
        String source = """
            package probe;
            import java.util.List;
            import onebit.engine.*;
            public final class ProbeEngine implements Engine, onebit.model.ModelFormat {
                public String name() { return "NAME"; }
                public List<Mode> modes() {
                    var natives = getClass().getClassLoader().getResource("native.txt");
                    String note = natives == null ? "no natives" : "natives";
                    return List.of(new Mode(Precision.FLOAT32, AVAILABLE, note), new Mode(Device.CUDA, Precision.BF16, AVAILABLE, note));
                }
                public onebit.model.Model read(java.nio.file.Path file) {
                    throw new UnsupportedOperationException("a probe");
                }
                public void write(onebit.model.Model model, java.nio.file.Path file) {
                    throw new UnsupportedOperationException("a probe");
                }
                public Network network(onebit.model.Graph graph, NetworkOptions options) {
                    throw new UnsupportedOperationException("a probe");
                }
            }
            """.replace("NAME", name).replace("AVAILABLE", available);
        Files.createDirectories(folder);
        Path classes = Files.createTempDirectory(folder, "classes");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///probe/ProbeEngine.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        if (!compiler.getTask(null, null, null, List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")), null, List.of(file)).call())
            throw new IllegalStateException("The probe engine does not compile.");
        Path jar = folder.resolve("onebit-" + name + ".jar");
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream zip = new JarOutputStream(out)) {
            entry(zip, EngineDescription.RESOURCE, ("name = " + name + "\n" + description).getBytes(StandardCharsets.UTF_8));
            for (String service : List.of("onebit.engine.Engine", "onebit.model.ModelFormat"))
                entry(zip, "META-INF/services/" + service, "probe.ProbeEngine\n".getBytes(StandardCharsets.UTF_8));
            entry(zip, "probe/ProbeEngine.class", Files.readAllBytes(classes.resolve("probe").resolve("ProbeEngine.class")));
        }
        return jar;
    }

    /** A jar with one resource, as a native library's. */
    static byte[] natives(Path folder) throws IOException {
        Path jar = folder.resolve("natives.jar");
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream zip = new JarOutputStream(out)) {
            entry(zip, "native.txt", "as good as a library".repeat(5000).getBytes(StandardCharsets.UTF_8));
        }
        return Files.readAllBytes(jar);
    }

    private static void entry(JarOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }
}
