package onebit.nvidia;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The NVIDIA driver of a machine, as its library {@code libcuda} tells it.
 *
 * @param problem why no GPU can be used; empty if one can
 * @param cuda    the newest CUDA that the driver runs: 13010 for 13.1; 0 without a driver
 * @param gpus    in CUDA's order
 */
public record NvidiaDriver(Optional<String> problem, int cuda, List<Gpu> gpus) {

    /**
     * @param major  of the compute capability: 8 of 8.6
     * @param minor  6 of 8.6
     * @param memory bytes
     */
    public record Gpu(String name, int major, int minor, long memory) {

        /** The compute capability as NVIDIA writes it: {@code 8.6}. */
        public String capability() {
            return major + "." + minor;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s, compute capability %s, %.0f GB", name, capability(), memory / 1e9);
        }
    }

    private static final Path KERNEL_MODULE = Path.of("/sys/module/nvidia/version");
    private static final int NO_DEVICE = 100, MAJOR = 75, MINOR = 76, NAME_BYTES = 256;

    private static final class Here {
        static final NvidiaDriver DRIVER = of(library());
    }

    /** Of this machine; asked once. */
    public static NvidiaDriver here() {
        return Here.DRIVER;
    }

    private static Optional<SymbolLookup> library() {
        String name = System.getProperty("os.name").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1";
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Never throws: a driver that cannot be asked is one that no GPU can be used with. */
    static NvidiaDriver of(Optional<SymbolLookup> library) {
        if (library.isEmpty()) return none("this machine has no NVIDIA driver (libcuda)", 0);
        try (Arena arena = Arena.ofConfined()) {
            return new Calls(library.get(), arena).driver();
        } catch (RuntimeException e) {
            return none("the NVIDIA driver cannot be asked (" + e.getMessage() + "); nvidia-smi may say why", 0);
        }
    }

    private static NvidiaDriver none(String problem, int cuda) {
        return new NvidiaDriver(Optional.of(problem), cuda, List.of());
    }

    /** The driver's version as NVIDIA numbers it, {@code 580.65.06}, where the system's kernel tells it. */
    public Optional<String> release() {
        try {
            return Optional.of(Files.readString(KERNEL_MODULE).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The newest CUDA that the driver runs, as NVIDIA writes it: {@code 13.1}. */
    public String cudaVersion() {
        return cuda / 1000 + "." + cuda % 1000 / 10;
    }

    /**
     * What follows where engines, which take the first GPU, cannot take it: that there are others, and how one of them is made the
     * first; nothing if there is one only.
     */
    public String others() {
        return gpus.size() < 2 ? "" : "; it is the first of " + gpus.size() + " GPUs here, and CUDA_VISIBLE_DEVICES=1 chooses the second";
    }

    /** The driver's functions; each gives 0 if all went well. */
    private record Calls(SymbolLookup library, Arena arena) {

        NvidiaDriver driver() {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            int cuda = call("cuDriverGetVersion", number) == 0 ? number.get(ValueLayout.JAVA_INT, 0) : 0;
            int status = call("cuInit", 0);
            if (status == NO_DEVICE) return none("the NVIDIA driver sees no GPU (CUDA_VISIBLE_DEVICES may hide it)", cuda);
            if (status != 0) return none("the NVIDIA driver does not start (cuInit gives error " + status + "); nvidia-smi may say why", cuda);
            if (call("cuDeviceGetCount", number) != 0 || number.get(ValueLayout.JAVA_INT, 0) == 0) return none("the NVIDIA driver sees no GPU", cuda);
            List<Gpu> gpus = new ArrayList<>();
            for (int i = 0, n = number.get(ValueLayout.JAVA_INT, 0); i < n; i++) gpus.add(gpu(i));
            return new NvidiaDriver(Optional.empty(), cuda, List.copyOf(gpus));
        }

        private Gpu gpu(int index) {
            MemorySegment handle = arena.allocate(ValueLayout.JAVA_INT), name = arena.allocate(NAME_BYTES), bytes = arena.allocate(ValueLayout.JAVA_LONG);
            call("cuDeviceGet", handle, index);
            int device = handle.get(ValueLayout.JAVA_INT, 0);
            call("cuDeviceGetName", name, NAME_BYTES, device);
            call("cuDeviceTotalMem_v2", bytes, device);
            return new Gpu(name.getString(0), attribute(MAJOR, device), attribute(MINOR, device), bytes.get(ValueLayout.JAVA_LONG, 0));
        }

        private int attribute(int which, int device) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            call("cuDeviceGetAttribute", value, which, device);
            return value.get(ValueLayout.JAVA_INT, 0);
        }

        private int call(String function, Object... arguments) {
            ValueLayout[] types = new ValueLayout[arguments.length];
            for (int i = 0; i < types.length; i++) types[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
            MemorySegment address = library.find(function).orElseThrow(() -> new IllegalStateException("libcuda has no function " + function));
            try {
                return (int) Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, types)).invokeWithArguments(arguments);
            } catch (Throwable e) {
                throw new IllegalStateException("libcuda's function " + function + " could not be called: " + e, e);
            }
        }
    }
}
