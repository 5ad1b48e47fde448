package onebit.dl4j;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.deeplearning4j.config.DL4JClassLoading;
import org.nd4j.common.config.ND4JClassLoading;

/** Settings that ND4J reads when its first class is loaded. */
final class Nd4jRuntime {

    private static boolean prepared;

    private Nd4jRuntime() {}

    /** To be called before any class of ND4J is used. */
    static synchronized void prepare() {
        if (prepared) return;
        prepared = true;
        // ND4J and DL4J find their parts where this engine was found, whatever the calling thread's class loader.
        ClassLoader loader = Nd4jRuntime.class.getClassLoader();
        ND4JClassLoading.setNd4jClassloader(loader);
        DL4JClassLoading.setDl4jClassloader(loader);
        // JavaCPP would refuse memory beyond twice the size of Java's heap, where nothing of ours lies.
        for (String limit : new String[] {"maxBytes", "maxPhysicalBytes"}) {
            String property = "org.bytedeco.javacpp." + limit;
            if (System.getProperty(property) == null) System.setProperty(property, "0");
        }
        keepFreedMemory();
    }

    private static final int TRIM_THRESHOLD = -1, MMAP_MAX = -4, ARENA_MAX = -8;

    /**
     * Has glibc keep what is freed. ND4J allocates the arrays that oneDNN reorders at each call of a convolution; mapped
     * anew each time, to have their pages made takes as long as the convolution. Other C libraries stay as they are.
     */
    private static void keepFreedMemory() {
        SymbolLookup library = Linker.nativeLinker().defaultLookup();
        if (library.find("gnu_get_libc_version").isEmpty()) return;
        library.find("mallopt").ifPresent(function -> {
            MethodHandle mallopt = Linker.nativeLinker().downcallHandle(function,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            try {
                for (int[] setting : new int[][] {{ARENA_MAX, 1}, {MMAP_MAX, 0}, {TRIM_THRESHOLD, Integer.MAX_VALUE}}) {
                    int accepted = (int) mallopt.invokeExact(setting[0], setting[1]);
                    if (accepted == 0) return;
                }
            } catch (Throwable e) {
                throw new IllegalStateException("glibc's mallopt could not be called.", e);
            }
        });
    }
}
