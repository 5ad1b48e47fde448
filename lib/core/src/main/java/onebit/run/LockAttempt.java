package onebit.run;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.Optional;

/**
 * What came of the wish to be alone at a file, among all processes and all channels of this one. The operating system lets go of a
 * lock when its channel is closed, or on Unix any channel of the same file, and when the process ends, however it ends.
 *
 * @param lock there if {@link Outcome#HELD}; to be kept as long as the file: this process forgets a lock that nothing refers to
 */
public record LockAttempt(Outcome outcome, Optional<FileLock> lock) implements AutoCloseable {

    public enum Outcome {
        /** The file is the caller's. */
        HELD,
        /** It is another's. */
        BUSY,
        /** The file system has no locks, as some network ones have not: nobody can tell. */
        UNSUPPORTED
    }

    /** Far behind any content: Windows keeps even the holder's own other channels from what is locked. */
    private static final long POSITION = Long.MAX_VALUE - 1;

    /**
     * Tries once, without waiting.
     *
     * @param file open for writing
     * @throws ClosedChannelException if it is closed
     */
    public static LockAttempt on(FileChannel file) throws ClosedChannelException {
        try {
            Optional<FileLock> lock = Optional.ofNullable(file.tryLock(POSITION, 1, false));
            return new LockAttempt(lock.isPresent() ? Outcome.HELD : Outcome.BUSY, lock);
        } catch (OverlappingFileLockException e) { // of this process
            return new LockAttempt(Outcome.BUSY, Optional.empty());
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            return new LockAttempt(Outcome.UNSUPPORTED, Optional.empty());
        }
    }

    /** Lets go of the file. */
    @Override
    public void close() throws IOException {
        if (lock.isPresent() && lock.get().isValid()) lock.get().release();
    }
}
