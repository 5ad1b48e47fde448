package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import onebit.kit.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FontsTest {

    @TempDir
    Path folder;

    /** In a JVM of its own that finds no font, as on a small server. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aMachineWithoutFontsIsToldWhatToInstall() throws Exception {
        Path none = Files.writeString(folder.resolve("fonts.conf"), "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
        ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.awt.headless=true",
            "-Duser.home=" + folder, "-cp", System.getProperty("java.class.path"), Main.class.getName(), "figures", "--results",
            folder.toString(), "--out", folder.resolve("figures").toString()).redirectErrorStream(true);
        java.environment().put("FONTCONFIG_FILE", none.toString());

        Process process = java.start();
        String says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(1, process.waitFor(), says);
        assertTrue(says.contains("onebit: Pictures with text cannot be drawn on this machine: ")
            && says.contains("apt-get install libharfbuzz0b fontconfig fonts-dejavu-core"), says);
        assertEquals(0, says.lines().filter(line -> line.startsWith("\tat ")).count(), says);
    }

    @Test
    void aMissingLibraryIsNamedHoweverDeepJavaHidesIt() {
        Throwable hidden = new NoClassDefFoundError("Could not initialize class sun.font.SunFontManager");
        hidden.initCause(new ExceptionInInitializerError(new UnsatisfiedLinkError("libharfbuzz.so.0: cannot open shared object file")));

        assertTrue(Fonts.missing(hidden).getMessage().contains("(libharfbuzz.so.0: cannot open shared object file)"), Fonts.missing(hidden).getMessage());
    }
}
