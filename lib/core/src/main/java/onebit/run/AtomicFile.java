package onebit.run;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Files that are there whole or not at all, whenever the process or the machine stops. */
public final class AtomicFile {

    /** Writes a file's content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static final Pattern PART = Pattern.compile(".+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.part");

    private static final Set<String> STANDARD_OUTPUT = Set.of("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    private AtomicFile() {}

    /**
     * Writes {@code target} by way of a temporary file in the same folder, which is created if absent. A former
     * {@code target} is replaced, one that a link points to where it is; if anything fails it stands as it was and the temporary
     * file is gone. What is no file, such as {@code /dev/null} or a pipe, is written to as it is, {@code /dev/stdout} as this
     * program's output.
     *
     * @throws UserError if the file cannot be written, saying why
     */
    public static void write(Path target, Content content) {
        Path temporary = null;
        try {
            if (isReplaced(target)) {
                Path file = fileOf(target);
                temporary = temporary(file);
                // Of Files, whose streams an interrupt does not close half-way as it does a channel: a notebook asks for a stop by one.
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW), 1 << 16)) {
                    content.writeTo(out);
                }
                publish(temporary, file);
                temporary = null;
            } else if (isStandardOutput(target)) {
                // Through the open one, so that what else is printed comes before or behind it; and not closed.
                OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
                content.writeTo(out);
                out.flush();
            } else {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target, StandardOpenOption.WRITE))) {
                    content.writeTo(out);
                }
            }
        } catch (IOException e) {
            throw cannotWrite(target, e);
        } finally {
            if (temporary != null) temporary.toFile().delete();
        }
    }

    /**
     * Finds out whether {@link #write} could begin, before what is to be written is computed, which may take long. Leaves no file.
     *
     * @throws UserError if it could not, saying why
     */
    public static void requireWritable(Path target) {
        try {
            if (isReplaced(target)) Files.delete(Files.createFile(temporary(fileOf(target))));
        } catch (IOException e) {
            throw cannotWrite(target, e);
        }
    }

    /** Whether it is a file, or is to be one: what else there is (not a folder, which is refused) is written to as it is. */
    private static boolean isReplaced(Path target) throws IOException {
        if (Files.isDirectory(target)) throw new FileSystemException(target.toString(), null, "it is a folder");
        return !isStandardOutput(target) && (!Files.exists(target) || Files.isRegularFile(target));
    }

    /** Where a link leads. */
    private static Path fileOf(Path target) throws IOException {
        return Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    }

    /** A name beside a file, in a folder that is there. Not Files.createTempFile: its files are private to the user, and the name is the final file's. */
    private static Path temporary(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
    }

    /** Whether this is the system's name of what the program prints to. */
    public static boolean isStandardOutput(Path file) {
        return STANDARD_OUTPUT.contains(file.toString());
    }

    /** Whether this is a temporary file that {@link #write} has not completed, by its name. */
    static boolean isPart(Path file) {
        return PART.matcher(file.getFileName().toString()).matches();
    }

    /** As {@link #write(Path, Content)}, for a text, in UTF-8. */
    public static void write(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Puts a complete file at its final name: its content reaches the disk, then the name changes in one step.
     *
     * @param temporary in the folder of {@code target}, and closed
     */
    public static void publish(Path temporary, Path target) throws IOException {
        force(temporary, StandardOpenOption.WRITE);
        rename(temporary, target);
    }

    /**
     * The same for a file that its writer has locked. It stays open: on Unix its lock would go with any channel of it that is closed.
     *
     * @param open      of {@code temporary}
     * @param temporary in the folder of {@code target}
     */
    public static void publish(FileChannel open, Path temporary, Path target) throws IOException {
        open.force(true);
        rename(temporary, target);
    }

    private static void rename(Path temporary, Path target) throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
        // The new name is on disk only once its folder is. Windows cannot open a folder, and some shared folders of virtual
        // machines and networks refuse the step: there the name comes to the disk when the system thinks fit.
        try {
            force(target.toAbsolutePath().getParent(), StandardOpenOption.READ);
        } catch (IOException e) {
            // the file itself is on the disk, and in its place
        }
    }

    /**
     * Brings a file or folder to the disk. Only a channel opens a folder, and without making what is not there; an
     * interrupt closes it: it is done again, and the caller sees the interrupt after.
     */
    private static void force(Path path, StandardOpenOption access) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(path, access)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** Why {@code file} could not be written, in a sentence. */
    public static UserError cannotWrite(Path file, IOException cause) {
        if (isDiskFull(cause))
            return new UserError("The disk is full: " + file + " could not be written. Free some space, or choose a folder "
                + "on another disk, and run the command again.", cause);
        return new UserError(file + " could not be written: " + reason(cause) + ".", cause);
    }

    /** Why {@code file} could not be read, in a sentence. */
    public static UserError cannotRead(Path file, IOException cause) {
        return new UserError(file + " could not be read: " + reason(cause) + ".", cause);
    }

    /** Why a file could not be read or written, in a few words: of the commonest reasons Java's own text is the file's name alone. */
    public static String reason(IOException cause) {
        return switch (cause) {
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException e when Files.isSymbolicLink(Path.of(e.getFile())) -> e.getFile() + " is a link that leads to nothing that is there";
            case FileAlreadyExistsException e -> e.getFile() + " is a file, not a folder";
            case CharacterCodingException _ -> "it is no text in UTF-8";
            case NoSuchFileException e -> e.getFile() + " does not exist";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(cause.getMessage());
        };
    }

    /** Whether the operating system refused to write for want of space or quota. */
    public static boolean isDiskFull(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("not enough space") || message.contains("disk quota exceeded");
    }
}
