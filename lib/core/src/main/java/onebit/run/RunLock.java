package onebit.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Only one run writes in a folder: that which has the file {@code .lock} ({@link LockAttempt}). The file stays: deleting it would
 * let two runs lock two files of that name.
 */
final class RunLock implements AutoCloseable {

    static final String FILE = ".lock";

    /**
     * Folders locked by this process. Asked before the file is opened, because on Unix closing a second channel of a
     * locked file would give the first one's lock away.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel file;
    private final LockAttempt attempt;

    private RunLock(Path folder, FileChannel file, LockAttempt attempt) {
        this.folder = folder;
        this.file = file;
        this.attempt = attempt;
    }

    /** @throws UserError if another run, of this process or another, has the folder, or if its file system has no locks */
    static RunLock of(Path folder) {
        try {
            Path real = folder.toRealPath();
            if (!HELD.add(real)) throw inUse(folder);
            RunLock lock = null;
            try {
                lock = open(real, folder);
                return lock;
            } finally {
                if (lock == null) HELD.remove(real);
            }
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(folder.resolve(FILE), e);
        }
    }

    private static RunLock open(Path real, Path folder) throws IOException {
        FileChannel file = FileChannel.open(real.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        RunLock lock = null;
        try {
            LockAttempt attempt = LockAttempt.on(file);
            lock = switch (attempt.outcome()) {
                case HELD -> new RunLock(real, file, attempt);
                case BUSY -> throw inUse(folder);
                case UNSUPPORTED -> throw new UserError("The file system of " + folder + " has no locks, so that nothing would keep two runs "
                    + "from writing there at once. Choose a folder on another disk.");
            };
            return lock;
        } finally {
            if (lock == null) file.close();
        }
    }

    private static UserError inUse(Path folder) {
        return new UserError("Another run is writing to " + folder + ". Wait until it has ended, stop it, or choose another folder.");
    }

    @Override
    public void close() {
        try {
            attempt.close();
            file.close();
        } catch (IOException e) {
            throw new UserError("The lock of " + folder + " could not be released: " + e + ".", e);
        } finally {
            HELD.remove(folder);
        }
    }
}
