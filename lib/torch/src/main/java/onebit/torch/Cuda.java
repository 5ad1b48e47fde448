package onebit.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import onebit.engine.Precision;
import onebit.nvidia.CudaLibraries;
import onebit.nvidia.NvidiaDriver;

/** What libtorch's build for NVIDIA GPUs needs of a machine. */
final class Cuda {

    /** CUDA 13, as a driver names it. */
    private static final int VERSION = 13000;

    /** The libraries that libtorch's are linked with, and those that these need, each after what it needs. */
    private static final List<String> LIBRARIES = List.of("libcudart.so.13", "libnvJitLink.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcusparse.so.12",
        "libcufft.so.12", "libcurand.so.10", "libcufile.so.0", "libcupti.so.13", "libnccl.so.2", "libcudnn.so.9");

    /** With which cuDNN compiles some of its kernels; without, it takes others. */
    private static final String COMPILER = "libnvrtc.so.13";

    private Cuda() {}

    /**
     * Why libtorch cannot use the machine's first GPU at a precision; empty if it can.
     *
     * @param installed asked only on a machine whose driver and GPU will do
     */
    static Optional<String> problem(NvidiaDriver driver, Supplier<CudaLibraries> installed, Precision precision) {
        if (driver.problem().isPresent()) return driver.problem();
        if (driver.cuda() < VERSION)
            return Optional.of("the NVIDIA driver is for CUDA " + driver.cudaVersion() + " and older; libtorch needs one for CUDA 13 (580 or newer)");
        NvidiaDriver.Gpu gpu = driver.gpus().getFirst();
        if (!hasCode(gpu))
            return Optional.of("libtorch 2.10 has no code for this GPU (" + gpu + "); it has for compute capability 7.5, 8.x, 9.0, 10.0, 10.3, 12.0 and 12.1"
                + driver.others());
        if (precision == Precision.BF16 && gpu.major() < 8)
            return Optional.of("this GPU (" + gpu + ") has no bf16 instructions, which come with compute capability 8.0; use float32" + driver.others());
        CudaLibraries libraries = installed.get();
        List<String> missing = LIBRARIES.stream().filter(name -> libraries.find(name).isEmpty()).toList();
        if (missing.isEmpty()) return Optional.empty();
        return Optional.of("of CUDA 13 and cuDNN 9 there are missing: " + String.join(", ", missing)
            + "; install them, or name their folders in LD_LIBRARY_PATH (docs/gpu.md)");
    }

    /**
     * Machine code of this build is for 7.5, 8.0, 9.0, 10.0, 10.3, 12.0 and 12.1, and runs on GPUs of the same first number and the
     * same or a greater second.
     */
    private static boolean hasCode(NvidiaDriver.Gpu gpu) {
        return switch (gpu.major()) {
            case 7 -> gpu.minor() >= 5;
            case 8, 9, 10, 12 -> true;
            default -> false;
        };
    }

    /**
     * Loads CUDA's libraries, so that libtorch's find them loaded, wherever they lie.
     *
     * @throws UnsupportedOperationException naming the one that cannot be loaded
     */
    static void load(CudaLibraries libraries) {
        for (String name : LIBRARIES) load(libraries.find(name).orElseThrow(() -> new UnsupportedOperationException("CUDA's library " + name + " is in none of "
            + libraries.folders().stream().map(Path::toString).collect(Collectors.joining(", ")) + ".")));
        libraries.find(COMPILER).ifPresent(Cuda::load);
    }

    /** The versions of those that decide what is computed: {@code CUDA 13.0, cuDNN 9.13.0}. */
    static String versions(CudaLibraries libraries) {
        return versions(libraries.find(LIBRARIES.getFirst()).map(Cuda::load), libraries.find(LIBRARIES.getLast()).map(Cuda::load));
    }

    static String versions(Optional<SymbolLookup> runtime, Optional<SymbolLookup> cudnn) {
        Optional<Integer> cuda = runtime.flatMap(Cuda::runtimeVersion), dnn = cudnn.flatMap(Cuda::cudnnVersion);
        return "CUDA " + cuda.map(v -> v / 1000 + "." + v % 1000 / 10).orElse("of unknown version") + ", cuDNN "
            + dnn.map(v -> v / 10_000 + "." + v % 10_000 / 100 + "." + v % 100).orElse("of unknown version");
    }

    private static Optional<Integer> runtimeVersion(SymbolLookup library) {
        return library.find("cudaRuntimeGetVersion").flatMap(function -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
                int status = (int) Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)).invokeExact(version);
                return status == 0 ? Optional.of(version.get(ValueLayout.JAVA_INT, 0)) : Optional.empty();
            } catch (Throwable e) {
                throw new IllegalStateException("CUDA's runtime could not be asked for its version.", e);
            }
        });
    }

    private static Optional<Integer> cudnnVersion(SymbolLookup library) {
        return library.find("cudnnGetVersion").map(function -> {
            try {
                return (int) (long) Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_LONG)).invokeExact();
            } catch (Throwable e) {
                throw new IllegalStateException("cuDNN could not be asked for its version.", e);
            }
        });
    }

    private static SymbolLookup load(Path library) {
        try {
            return SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new UnsupportedOperationException("CUDA's library " + library + " cannot be loaded: it may be damaged, or lack another that it needs ("
                + e.getMessage() + ").", e);
        }
    }
}
