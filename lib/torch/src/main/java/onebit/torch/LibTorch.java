package onebit.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import onebit.data.UserCache;
import onebit.engine.Device;
import onebit.engine.Malloc;
import onebit.engine.ProcessEnvironment;
import onebit.nvidia.CudaLibraries;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch as it comes in Maven artifacts: checks that Java classes and native libraries are of one version, since a call
 * of a function that a library lacks ends the process, then unpacks and loads them, once a class loader.
 */
final class LibTorch {

    static final String TORCH = "2.10.0";
    private static final String JAVACPP = "1.5.13";
    private static final String GPU_BUILD = "-gpu";

    private static Device loaded;

    private LibTorch() {}

    /** @throws UnsupportedOperationException saying what is missing or does not fit */
    static synchronized void load(Device device) {
        if (loaded == device) return;
        if (loaded != null)
            throw new UnsupportedOperationException("libtorch was loaded for " + loaded.label() + " here; for " + device.label() + " it needs a class loader of its own.");
        ClassLoader loader = LibTorch.class.getClassLoader();
        requireVersion(loader, "javacpp", JAVACPP);
        requireVersion(loader, "pytorch", TORCH + "-" + JAVACPP);
        requireBuild(loader, device);
        UserCache.keepNativesOfJavaCpp();
        withoutCollector();
        if (device == Device.CUDA) {
            Cuda.load(CudaLibraries.here());
        } else {
            Malloc.keepFreedMemory();
            ProcessEnvironment.set("THP_MEM_ALLOC_ENABLE", "1"); // libtorch asks the system for huge pages
        }
        try {
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError e) {
            throw new UnsupportedOperationException("libtorch's native libraries could not be loaded: " + e.getMessage() + ".", e);
        }
        requireLoadedVersion(torch.show_config().getString());
        if (device == Device.CUDA && !torch.cuda_is_available())
            throw new UnsupportedOperationException("libtorch sees no GPU, though the driver does; nvidia-smi may say why.");
        exact(torch.globalContext());
        loaded = device;
    }

    /** Every jar of an artifact says its version. */
    private static void requireVersion(ClassLoader loader, String artifact, String version) {
        List<String> versions = new ArrayList<>();
        try {
            for (URL url : Collections.list(loader.getResources("META-INF/maven/org.bytedeco/" + artifact + "/pom.properties"))) {
                Properties properties = new Properties();
                try (InputStream in = url.openStream()) {
                    properties.load(in);
                }
                versions.add(properties.getProperty("version", ""));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The versions of " + artifact + " cannot be read.", e);
        }
        requireVersion(artifact, version, versions);
    }

    static void requireVersion(String artifact, String version, List<String> found) {
        if (found.stream().allMatch(version::equals) && found.size() >= 2) return;
        throw new UnsupportedOperationException("The torch engine needs the Java classes and the native libraries of org.bytedeco:" + artifact + ":" + version
            + ", and has " + (found.isEmpty() ? "neither" : "versions " + String.join(", ", found)) + ". Delete other versions, or let the engine be resolved again.");
    }

    private static void requireBuild(ClassLoader loader, Device device) {
        String wanted = device == Device.CUDA ? GPU_BUILD : "";
        if (hasBuild(loader, wanted)) return;
        throw new UnsupportedOperationException("For " + device.label() + " the torch engine needs the artifact org.bytedeco:pytorch with the classifier "
            + Loader.getPlatform() + wanted + ", and has it " + (hasBuild(loader, wanted.isEmpty() ? GPU_BUILD : "") ? "for the other device only." : "for another platform only."));
    }

    private static boolean hasBuild(ClassLoader loader, String build) {
        return loader.getResource("org/bytedeco/pytorch/" + Loader.getPlatform() + build + "/" + System.mapLibraryName("jnitorch")) != null;
    }

    private static void requireLoadedVersion(String config) {
        if (!config.contains("TORCH_VERSION=" + TORCH + ","))
            throw new UnsupportedOperationException("The libtorch that was loaded is not version " + TORCH + " but another on this machine's library path: "
                + config.lines().reduce((a, b) -> b).orElse(""));
    }

    /**
     * This engine frees what it makes, so that JavaCPP need not register every tensor with the garbage collector. It reads the
     * property when its class is loaded, here, in this class loader; other engines' JavaCPP keeps its collector.
     */
    private static void withoutCollector() {
        String property = "org.bytedeco.javacpp.nopointergc", before = System.getProperty(property);
        System.setProperty(property, "true");
        Pointer.isNull(null);
        if (before == null) System.clearProperty(property);
        else System.setProperty(property, before);
    }

    /** Float32 is float32, and a step repeated gives the same bits. */
    private static void exact(Context context) {
        context.setAllowTF32CuDNN(false);
        context.setAllowTF32CuBLAS(false);
        context.setBenchmarkCuDNN(false);
        context.setDeterministicCuDNN(true);
    }
}
