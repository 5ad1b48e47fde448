package onebit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftwareTest {

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        System.clearProperty("onebit.sources");
        System.clearProperty("onebit.command");
    }

    @Test
    void theLauncherTellsSourcesAndCommand() {
        System.setProperty("onebit.sources", "1234abcd");
        System.setProperty("onebit.command", "onebit train cifar10-1bit-bn");
        assertEquals(new Software("development", "1234abcd", "onebit train cifar10-1bit-bn"), Software.running());
    }

    /** As in lib/dist, whose jars a notebook's kernel has on its class path. */
    @ParameterizedTest
    @ValueSource(strings = {"dist/lib/sources.sha256", "dist/sources.sha256"})
    void withoutALauncherTheBuildsFileTellsTheSources(String file) throws Exception {
        Path jar = jar();
        assertEquals("unknown", sources(jar));
        Files.writeString(folder.resolve(file), "5678ef01  all\n");
        assertEquals("5678ef01", sources(jar));
    }

    /** A jar of this class alone. */
    private Path jar() throws IOException {
        Path jar = Files.createDirectories(folder.resolve("dist/lib")).resolve("onebit-core.jar");
        String name = Software.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar)); InputStream in = Software.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new ZipEntry(name));
            in.transferTo(out);
        }
        return jar;
    }

    private static String sources(Path jar) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Class<?> software = loader.loadClass(Software.class.getName());
            return (String) software.getMethod("sources").invoke(software.getMethod("running").invoke(null));
        }
    }
}
