package onebit.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's allocator, told to keep what is freed: the frameworks below some engines allocate and free large arrays
 * in each step, and would have the system make and clear their pages each time, which takes as long as computing on them.
 */
public final class Malloc {

    private static final int TRIM_THRESHOLD = -1, TOP_PAD = -2, MMAP_MAX = -4, ARENA_MAX = -8;
    private static final int GROW_BY = 256 << 20;

    private Malloc() {}

    /** For the whole process, on Linux with glibc; elsewhere nothing. To be called before the framework is loaded. */
    public static void keepFreedMemory() {
        SymbolLookup library = Linker.nativeLinker().defaultLookup();
        if (library.find("gnu_get_libc_version").isEmpty()) return;
        library.find("mallopt").ifPresent(function -> {
            FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            MethodHandle mallopt = Linker.nativeLinker().downcallHandle(function, type);
            int[][] settings = {{ARENA_MAX, 1}, {MMAP_MAX, 0}, {TRIM_THRESHOLD, Integer.MAX_VALUE}, {TOP_PAD, GROW_BY}};
            try {
                for (int[] setting : settings) mallopt.invokeWithArguments(setting[0], setting[1]);
            } catch (Throwable e) {
                throw new IllegalStateException("The C library's allocator could not be set.", e);
            }
        });
    }
}
