package onebit.dl4j;

import onebit.data.UserCache;
import onebit.engine.Device;
import onebit.engine.Malloc;
import onebit.engine.ProcessEnvironment;
import org.deeplearning4j.config.DL4JClassLoading;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J as it is found beside this engine: the settings that it reads when its first class is loaded, and which build it is. */
final class Nd4jRuntime {

    private static boolean prepared;

    private Nd4jRuntime() {}

    /**
     * To be called before any class of ND4J is used.
     *
     * @param device that it is to compute on
     */
    static synchronized void prepare(Device device) {
        if (prepared) return;
        prepared = true;
        // ND4J and DL4J find their parts where this engine was found, whatever the calling thread's class loader.
        ClassLoader loader = Nd4jRuntime.class.getClassLoader();
        ND4JClassLoading.setNd4jClassloader(loader);
        DL4JClassLoading.setDl4jClassloader(loader);
        // JavaCPP would refuse memory beyond four times the size of Java's heap, where nothing of ours lies.
        for (String limit : new String[] {"maxBytes", "maxPhysicalBytes"}) {
            String property = "org.bytedeco.javacpp." + limit;
            if (System.getProperty(property) == null) System.setProperty(property, "0");
        }
        UserCache.keepNativesOfJavaCpp();
        switch (device) {
            case CPU -> Malloc.keepFreedMemory();
            case CUDA -> ProcessEnvironment.set("NVIDIA_TF32_OVERRIDE", "0"); // cuBLAS and cuDNN: float32 is float32
        }
    }

    /**
     * Loads ND4J.
     *
     * @throws UnsupportedOperationException if it is the build for another device that was found
     */
    static void requireBuild(Device device) {
        Device found = Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.CUDA ? Device.CUDA : Device.CPU;
        if (found == device) return;
        throw new UnsupportedOperationException("ND4J was loaded for " + found.label() + " here; for " + device.label() + " the dl4j engine needs the artifacts of the other build,"
            + " in a class loader of its own. Let the engine be resolved again.");
    }
}
