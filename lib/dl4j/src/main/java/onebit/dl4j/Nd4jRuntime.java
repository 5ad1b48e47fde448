package onebit.dl4j;

import onebit.data.UserCache;
import onebit.engine.Malloc;
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
        if (System.getProperty("org.bytedeco.javacpp.cachedir") == null)
            System.setProperty("org.bytedeco.javacpp.cachedir", UserCache.folder().resolve("natives").resolve("javacpp").toString());
        Malloc.keepFreedMemory();
    }
}
