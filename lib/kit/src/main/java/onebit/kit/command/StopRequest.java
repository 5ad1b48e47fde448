package onebit.kit.command;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Ctrl-C or a polite kill: work that can save itself is asked to, and the process lives until it has, or a minute. Outside
 * of such work the process ends at once.
 */
final class StopRequest implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 60;

    /** Held by the work that goes on; by the hook, for good, when there is none any more. Fair: no work begins before the hook that waits. */
    private final ReentrantLock working = new ReentrantLock(true);
    private final Thread hook = new Thread(this::stop, "stop");
    private volatile boolean requested;

    StopRequest() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        requested = true;
        try {
            working.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean requested() {
        return requested;
    }

    /** Does what looks at {@link #requested} and then saves itself; nothing of the kind begins once the process is ending. */
    <T> T during(Supplier<T> work) {
        working.lock();
        try {
            return work.get();
        } finally {
            working.unlock();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending.
        }
    }
}
