package onebit.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Only one run writes in a folder. The operating system lets go of the lock, on the file {@code .lock}, when the process
 * ends, however it ends. The file stays: deleting it would let two runs lock two files of that name.
 */
final class RunLock implements AutoCloseable {

    static final String FILE = ".lock";

    /**
     * Folders locked by this process. Asked before the file is opened, because on Unix closing a second channel of a
     * locked file would give the first one's lock away.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileLock lock;

    private RunLock(Path folder, FileLock lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** @throws UserError if another run, of this process or another, has the folder */
    static RunLock of(Path folder) {
        try {
            Path real = folder.toRealPath();
            if (!HELD.add(real)) throw inUse(folder);
            FileLock lock = null;
            try {
                lock = lock(real.resolve(FILE));
            } finally {
                if (lock == null) HELD.remove(real);
            }
            if (lock == null) throw inUse(folder);
            return new RunLock(real, lock);
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(folder.resolve(FILE), e);
        }
    }

    private static FileLock lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another class loader's copy of this class holds it: in use like any other.
        } finally {
            if (lock == null) channel.close();
        }
        return lock;
    }

    private static UserError inUse(Path folder) {
        return new UserError("Another run is writing to " + folder + ". Wait until it has ended, stop it, or choose another folder.");
    }

    @Override
    public void close() {
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            throw new UserError("The lock of " + folder + " could not be released: " + e + ".", e);
        } finally {
            HELD.remove(folder);
        }
    }
}
