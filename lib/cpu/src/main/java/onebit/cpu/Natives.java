package onebit.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import onebit.engine.Platform;

/**
 * What a network has outside Java's heap: memory, zeroed, in huge pages where Linux grants them, and oneDNN's objects, all by bare
 * addresses. Freed all at once, the objects first, the last one made before the others.
 */
class Natives implements AutoCloseable {

    private static final long HUGE_PAGE = 1 << 21;
    private static final int MADV_DONTNEED = 4, MADV_HUGEPAGE = 14;
    private static final Optional<MethodHandle> MADVISE = Platform.current().name().startsWith("linux")
        ? Linker.nativeLinker().defaultLookup().find("madvise").map(address -> Linker.nativeLinker().downcallHandle(address,
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)))
        : Optional.empty();

    private final Arena arena = Arena.ofShared();
    private final Deque<Runnable> objects = new ArrayDeque<>();

    /** Address of at least {@code bytes} zeroed bytes, aligned to 64, with a vector to spare behind them. */
    synchronized long allocate(long bytes) {
        long alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
        long size = (Math.max(64, bytes) + 64 + alignment - 1) / alignment * alignment;
        MemorySegment segment = arena.allocate(size, alignment);
        if (alignment == HUGE_PAGE) MADVISE.ifPresent(madvise -> inHugePages(madvise, segment));
        segment.fill((byte) 0);
        return segment.address();
    }

    /** The arena has written to its memory, in small pages. They are given back, so that who writes next gets huge ones. */
    private static void inHugePages(MethodHandle madvise, MemorySegment segment) {
        try {
            int granted = (int) madvise.invokeExact(segment.address(), segment.byteSize(), MADV_HUGEPAGE);
            if (granted != 0) return; // a wish: a refusal changes nothing but speed
            int given = (int) madvise.invokeExact(segment.address(), segment.byteSize(), MADV_DONTNEED);
            assert given == 0 : "memory of ours alone can be given back";
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Takes over an object, which {@code destroy} frees. */
    synchronized void own(Runnable destroy) {
        objects.push(destroy);
    }

    @Override
    public synchronized void close() {
        RuntimeException failure = null;
        while (!objects.isEmpty()) {
            try {
                objects.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) failure = e;
                else failure.addSuppressed(e);
            }
        }
        arena.close();
        if (failure != null) throw failure;
    }
}
