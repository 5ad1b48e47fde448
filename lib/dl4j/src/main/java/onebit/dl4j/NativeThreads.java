package onebit.dl4j;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;

/** How many threads ND4J's own operations, and OpenMP's below oneDNN, take. */
final class NativeThreads {

    /** Of the OpenMP that ND4J brings; a setting of each thread. */
    private static final Optional<MethodHandle> SET_OPENMP_THREADS = openMp();

    private NativeThreads() {}

    private static Optional<MethodHandle> openMp() {
        // ND4J's libraries are loaded before one looks for what they brought.
        Nd4j.getEnvironment();
        Optional<MemorySegment> function = SymbolLookup.loaderLookup().find("omp_set_num_threads");
        return function.map(f -> Linker.nativeLinker().downcallHandle(f, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)));
    }

    /** For what the calling thread computes from now on. */
    static void set(int threads) {
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        SET_OPENMP_THREADS.ifPresent(handle -> {
            try {
                handle.invokeExact(threads);
            } catch (Throwable e) {
                throw new IllegalStateException("OpenMP could not be told how many threads to take.", e);
            }
        });
    }
}
