package onebit.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import onebit.engine.Platform;

/** Memory outside Java's heap, zeroed, by address; in huge pages where Linux grants them. Freed all at once. */
class HostMemory implements AutoCloseable {

    private static final long HUGE_PAGE = 1 << 21;
    private static final int MADV_HUGEPAGE = 14;
    private static final Optional<MethodHandle> MADVISE = Platform.current().name().startsWith("linux")
        ? Linker.nativeLinker().defaultLookup().find("madvise").map(address -> Linker.nativeLinker().downcallHandle(address,
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)))
        : Optional.empty();

    private final Arena arena = Arena.ofShared();

    /** Address of at least {@code bytes} zeroed bytes, aligned to 64, with a vector to spare behind them. */
    synchronized long allocate(long bytes) {
        long alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
        long size = (Math.max(64, bytes) + 64 + alignment - 1) / alignment * alignment;
        MemorySegment segment = arena.allocate(size, alignment);
        if (alignment == HUGE_PAGE) MADVISE.ifPresent(handle -> advise(handle, segment));
        segment.fill((byte) 0);
        return segment.address();
    }

    private static void advise(MethodHandle madvise, MemorySegment segment) {
        try {
            int refused = (int) madvise.invokeExact(segment.address(), segment.byteSize(), MADV_HUGEPAGE);
            assert refused >= -1 : "huge pages are a wish: a refusal changes nothing but speed";
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
