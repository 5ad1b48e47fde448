package onebit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir Path folder;

    @Test
    void writesIntoAFolderThatIsNotThereYet() throws IOException {
        Path file = folder.resolve("a/b/file.txt");
        AtomicFile.write(file, out -> out.write("content".getBytes()));
        assertEquals("content", Files.readString(file));
        assertEquals(1, filesIn(file.getParent()));
    }

    @Test
    void whetherAFileCanBeWrittenIsSaidBeforeAndLeavesNone() throws IOException {
        AtomicFile.requireWritable(folder.resolve("a/file.txt"));
        assertEquals(0, filesIn(folder.resolve("a")));
        Path file = Files.writeString(folder.resolve("file.txt"), "former");
        AtomicFile.requireWritable(file);
        assertEquals("former", Files.readString(file));
        assertEquals(file.resolve("b") + " could not be written: " + file + " is a file, not a folder.",
            assertThrows(UserError.class, () -> AtomicFile.requireWritable(file.resolve("b"))).getMessage());
        assertEquals(folder + " could not be written: it is a folder.", assertThrows(UserError.class, () -> AtomicFile.requireWritable(folder)).getMessage());
        AtomicFile.requireWritable(Path.of("/dev/stdout"));
    }

    @Test
    void replacesAFormerFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file.txt"), "a longer former content");
        AtomicFile.write(file, out -> out.write("new".getBytes()));
        assertEquals("new", Files.readString(file));
    }

    @Test
    void aFailureLeavesTheFormerFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("file.txt"), "former");
        UserError error = assertThrows(UserError.class, () -> AtomicFile.write(file, out -> {
            out.write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        assertEquals("former", Files.readString(file));
        assertEquals(1, filesIn(folder));
        assertTrue(error.getMessage().startsWith("The disk is full: " + file), error.getMessage());
    }

    @Test
    void aLinkStaysAndWhatItPointsToIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("file.txt"), "former"), link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFile.write(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPipeIsWrittenToAndStaysOne() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        AtomicFile.write(pipe, "content");
        assertEquals("content", new String(reader.getInputStream().readAllBytes()));
        assertEquals(1, filesIn(folder));
        assertFalse(Files.isRegularFile(pipe));
    }

    @Test
    void aFolderIsRefusedBeforeTheContentIsMade() {
        UserError error = assertThrows(UserError.class, () -> AtomicFile.write(folder, out -> fail("made for nothing")));
        assertEquals(folder + " could not be written: it is a folder.", error.getMessage());
    }

    @Test
    void saysWhyAFileCannotBeWritten() throws IOException {
        Path notAFolder = Files.writeString(folder.resolve("file"), "");
        UserError error = assertThrows(UserError.class, () -> AtomicFile.write(notAFolder.resolve("x"), out -> {}));
        assertTrue(error.getMessage().contains("is a file, not a folder"), error.getMessage());
    }

    @Test
    void publishesACompleteFileUnderItsFinalName() throws IOException {
        Path temporary = Files.writeString(folder.resolve("file.part"), "whole");
        Path file = Files.writeString(folder.resolve("file"), "former");
        AtomicFile.publish(temporary, file);
        assertEquals("whole", Files.readString(file));
        assertFalse(Files.exists(temporary));
    }

    /** As in some shared folders; here in a zip file, none of whose folders can be opened. */
    @Test
    void aFolderThatCannotBeBroughtToTheDiskIsNoFailure() throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(folder.resolve("files.zip"), Map.of("create", "true"))) {
            Path file = zip.getPath("/inside/file");
            AtomicFile.write(file, "first");
            AtomicFile.write(file, "second");
            assertThrows(IOException.class, () -> FileChannel.open(file.getParent(), StandardOpenOption.READ).close());
            assertEquals("second", Files.readString(file));
        }
    }

    @Test
    void publishesNothingInThePlaceOfAFileThatIsGone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "former");
        assertThrows(NoSuchFileException.class, () -> AtomicFile.publish(folder.resolve("file.part"), file));
        assertEquals("former", Files.readString(file));
        assertEquals(1, filesIn(folder));
    }

    @Test
    void anInterruptNeitherKeepsAFileFromBeingWrittenNorIsLost() throws IOException {
        Path file = folder.resolve("file");
        Thread.currentThread().interrupt();
        AtomicFile.write(file, "whole");
        assertTrue(Thread.interrupted());
        assertEquals("whole", Files.readString(file));
    }

    private static long filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }
}
