package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerTeamTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyIndexRunsOnAThreadOfItsOwnAndAlwaysTheSame(int size) {
        try (WorkerTeam team = new WorkerTeam(size)) {
            Set<String> runs = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 20; i++) team.run(index -> runs.add(index + " " + Thread.currentThread().getName()));
            assertEquals(size, runs.size());
            assertEquals(size, runs.stream().map(r -> r.split(" ")[1]).distinct().count());
            assertEquals(size, team.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void nobodyPassesABarrierBeforeAllAreThere(int size) {
        int rounds = 200;
        int[] progress = new int[size];
        AtomicInteger seenBehind = new AtomicInteger();
        try (WorkerTeam team = new WorkerTeam(size)) {
            team.run(index -> {
                for (int round = 1; round <= rounds; round++) {
                    progress[index] = round;
                    team.await();
                    for (int other : progress) if (other < round) seenBehind.incrementAndGet();
                    team.await();
                }
            });
        }
        assertEquals(0, seenBehind.get());
        for (int reached : progress) assertEquals(rounds, reached);
    }

    @Test
    void whatWorkersWroteIsSeenByTheCaller() {
        long[] sums = new long[4];
        try (WorkerTeam team = new WorkerTeam(4)) {
            for (int i = 0; i < 500; i++) team.run(index -> sums[index] += index);
        }
        for (int i = 0; i < 4; i++) assertEquals(500L * i, sums[i]);
    }

    @Test
    void aFailureReachesTheCallerReleasesThoseAtTheBarrierAndTheTeamWorksOn() {
        try (WorkerTeam team = new WorkerTeam(3)) {
            IllegalArgumentException planted = new IllegalArgumentException("planted");
            for (int failing = 0; failing < 3; failing++) {
                int which = failing;
                assertSame(planted, assertThrows(IllegalArgumentException.class, () -> team.run(index -> {
                    team.await();
                    if (index == which) throw planted;
                    team.await();
                })));
                AtomicInteger passed = new AtomicInteger();
                team.run(index -> {
                    team.await();
                    team.await();
                    passed.incrementAndGet();
                });
                assertEquals(3, passed.get());
            }
            OutOfMemoryError error = new OutOfMemoryError("planted");
            assertSame(error, assertThrows(OutOfMemoryError.class, () -> team.run(index -> {
                throw error;
            })));
        }
    }

    @Test
    void anInterruptWaitsForTheEndOfTheWorkAndIsKept() throws InterruptedException {
        try (WorkerTeam team = new WorkerTeam(2)) {
            CountDownLatch begun = new CountDownLatch(2), goOn = new CountDownLatch(1);
            AtomicInteger finished = new AtomicInteger(), finishedAtReturn = new AtomicInteger();
            boolean[] interrupted = new boolean[1];
            Thread caller = new Thread(() -> {
                team.run(index -> {
                    begun.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("the worker was interrupted instead of the caller", e);
                    }
                    finished.incrementAndGet();
                });
                finishedAtReturn.set(finished.get());
                interrupted[0] = Thread.currentThread().isInterrupted();
            });
            caller.start();
            begun.await();
            caller.interrupt();
            // Interrupted while it waits: it must wait on.
            while (caller.getState() != Thread.State.WAITING) Thread.onSpinWait();
            assertTrue(caller.isAlive());
            goOn.countDown();
            caller.join();
            assertEquals(2, finishedAtReturn.get());
            assertTrue(interrupted[0], "the interrupt is lost");
            AtomicInteger again = new AtomicInteger();
            team.run(index -> again.incrementAndGet());
            assertEquals(2, again.get());
        }
    }

    @Test
    void aWorkerThatSomebodyInterruptsWorksOn() {
        Thread[] threads = new Thread[2];
        AtomicInteger done = new AtomicInteger();
        try (WorkerTeam team = new WorkerTeam(2)) {
            team.run(index -> threads[index] = Thread.currentThread());
            threads[0].interrupt();
            team.run(index -> {
                if (index == 1) Thread.currentThread().interrupt();
                done.incrementAndGet();
            });
            team.run(index -> done.incrementAndGet());
        }
        assertEquals(4, done.get());
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (WorkerTeam team = new WorkerTeam(3)) {
            team.run(index -> threads.add(Thread.currentThread()));
        }
        for (Thread thread : threads) {
            thread.join();
            assertFalse(thread.isAlive());
        }
    }
}
