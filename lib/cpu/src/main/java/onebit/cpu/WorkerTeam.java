package onebit.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Threads that run the same work, each on its part of the batch, and meet at barriers. They wait for work without
 * using the processor, and at a barrier by spinning for up to a millisecond; then they sleep in short naps, so that on a
 * busy machine the worker that is waited for gets the core.
 */
final class WorkerTeam implements AutoCloseable {

    private static final int SPINS = 20_000;
    private static final long NAP_NANOSECONDS = 20_000;

    private final int size;
    private final List<LinkedTransferQueue<Runnable>> queues = new ArrayList<>();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile int generation;
    private volatile boolean closed;

    WorkerTeam(int size) {
        this.size = size;
        try {
            for (int i = 0; i < size; i++) start("onebit-cpu-" + i);
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private void start(String name) {
        LinkedTransferQueue<Runnable> queue = new LinkedTransferQueue<>();
        queues.add(queue);
        Thread thread = new Thread(() -> serve(queue), name);
        thread.setDaemon(true);
        thread.start();
    }

    int size() {
        return size;
    }

    private void serve(LinkedTransferQueue<Runnable> queue) {
        OneDnn.singleThreaded();
        while (!closed) {
            try {
                queue.take().run();
            } catch (InterruptedException e) {
                // Nobody here interrupts; whoever does, there may still be work to come.
            }
        }
    }

    /** Runs the work on every thread, with its index, and returns when all are done; the first failure is thrown. */
    void run(IntConsumer work) {
        failure.set(null);
        arrived.set(0);
        CountDownLatch done = new CountDownLatch(size);
        for (int i = 0; i < size; i++) {
            int index = i;
            queues.get(i).add(() -> {
                try {
                    work.accept(index);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    done.countDown();
                }
            });
        }
        awaitUninterruptibly(done);
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    /** A step is short and must not be left half done: an interrupt is kept for the caller to see afterwards. */
    private static void awaitUninterruptibly(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Waits until every thread of the team is here. */
    void await() {
        int current = generation;
        if (arrived.incrementAndGet() == size) {
            arrived.set(0);
            generation = current + 1;
            return;
        }
        for (int spins = 0; generation == current; spins++) {
            if (failure.get() != null) throw new IllegalStateException("Another worker failed.", failure.get());
            if (spins < SPINS) Thread.onSpinWait();
            else LockSupport.parkNanos(NAP_NANOSECONDS);
        }
    }

    @Override
    public void close() {
        for (var queue : queues) queue.add(() -> closed = true);
    }
}
