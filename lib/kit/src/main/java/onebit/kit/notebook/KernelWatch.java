package onebit.kit.notebook;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Ends a kernel whose starter has died, JupyterLab or whatever executed the notebook, so that no process is left behind; and
 * one that was told to shut down, which JJava's threads would keep alive for another minute. A training that goes on is saved
 * first, as at any end of the process.
 */
final class KernelWatch {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private KernelWatch() {}

    /** Watches from now on, if the starter said, by {@code JPY_PARENT_PID}, that the kernel is to end with it. */
    static void start() {
        long parent = parent();
        if (!mayWatch(System.getenv(), parent)) return;
        Thread.ofPlatform().daemon().name("parent watch").start(() -> watch(parent));
        mainThread().ifPresent(main -> Thread.ofPlatform().daemon().name("end watch").start(() -> endWith(main)));
    }

    /** JJava's, which waits until the kernel is told to shut down. */
    private static Optional<Thread> mainThread() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("main")).findAny();
    }

    private static void endWith(Thread main) {
        try {
            main.join();
        } catch (InterruptedException e) {
            return;
        }
        System.exit(0);
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
