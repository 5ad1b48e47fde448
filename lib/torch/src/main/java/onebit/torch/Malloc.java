package onebit.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * The C library's allocator, told to keep what is freed: libtorch allocates and frees every activation in each step, and
 * would have the system clear its pages each time.
 */
final class Malloc {

    private static final int TRIM_THRESHOLD = -1, TOP_PAD = -2, MMAP_MAX = -4, ARENA_MAX = -8;
    private static final int GROW_BY = 256 << 20;

    private Malloc() {}

    /** On Linux with glibc; elsewhere nothing. To be called before libtorch is loaded, which reads the environment variable then. */
    static void keepFreedMemory() {
        Linker linker = Linker.nativeLinker();
        var address = linker.defaultLookup().find("mallopt");
        var environment = linker.defaultLookup().find("setenv");
        if (address.isEmpty() || environment.isEmpty()) return;
        var mallopt = linker.downcallHandle(address.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        var setenv = linker.downcallHandle(environment.get(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int[][] settings = {{ARENA_MAX, 1}, {MMAP_MAX, 0}, {TRIM_THRESHOLD, Integer.MAX_VALUE}, {TOP_PAD, GROW_BY}};
            for (int[] setting : settings) mallopt.invokeWithArguments(setting[0], setting[1]);
            setenv.invokeWithArguments(arena.allocateFrom("THP_MEM_ALLOC_ENABLE"), arena.allocateFrom("1"), 1); // libtorch asks for huge pages
        } catch (Throwable e) {
            throw new IllegalStateException("The C library's allocator could not be set.", e);
        }
    }
}
