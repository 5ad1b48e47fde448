package onebit.kit.notebook;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Ends a kernel whose starter has died, JupyterLab or whatever executed the notebook, so that no process is left behind. A
 * training that goes on is saved first, as at any end of the process.
 */
final class KernelWatch {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private KernelWatch() {}

    /** Watches from now on, if the starter said, by {@code JPY_PARENT_PID}, that the kernel is to end with it. */
    static void start() {
        long parent = parent();
        if (mayWatch(System.getenv(), parent)) Thread.ofPlatform().daemon().name("parent watch").start(() -> watch(parent));
    }

    /** A kernel that was started through another process, or to live on its own, is left alone. */
    static boolean mayWatch(Map<String, String> environment, long parent) {
        return Optional.ofNullable(environment.get("JPY_PARENT_PID")).filter(Long.toString(parent)::equals).isPresent();
    }

    /** Whoever adopts an orphan has another number. */
    private static long parent() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    private static void watch(long parent) {
        try {
            while (parent() == parent) Thread.sleep(INTERVAL);
        } catch (InterruptedException e) {
            return;
        }
        System.exit(1);
    }
}
