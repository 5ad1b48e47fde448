package onebit.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onebit.engine.Precision;
import onebit.nvidia.CudaLibraries;
import onebit.nvidia.NvidiaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of machines on which libtorch can or cannot use the GPU. */
class CudaTest {

    @TempDir
    Path folder;

    private static NvidiaDriver driver(int cuda, int major, int minor) {
        return new NvidiaDriver(Optional.empty(), cuda, List.of(new NvidiaDriver.Gpu("Card", major, minor, 8_000_000_000L)));
    }

    private static CudaLibraries unasked() {
        throw new AssertionError("libraries are looked for on a machine whose driver or GPU will not do");
    }

    private CudaLibraries all() {
        return allBut();
    }

    private CudaLibraries allBut(String... missing) {
        try {
            return write(missing);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CudaLibraries write(String... missing) throws IOException {
        for (String name : List.of("libcudart.so.13", "libnvJitLink.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcusparse.so.12", "libcufft.so.12", "libcurand.so.10",
            "libcufile.so.0", "libcupti.so.13", "libnccl.so.2", "libcudnn.so.9"))
            if (!List.of(missing).contains(name)) Files.writeString(folder.resolve(name), "");
        return new CudaLibraries(List.of(folder));
    }

    @ParameterizedTest
    @CsvSource({"7, 5, FLOAT32", "8, 0, BF16", "8, 6, BF16", "8, 9, FLOAT32", "9, 0, BF16", "10, 0, BF16", "10, 3, BF16", "12, 0, BF16", "12, 1, FLOAT32"})
    void gpusFromTuringOnCanBeUsed(int major, int minor, Precision precision) {
        assertEquals(Optional.empty(), Cuda.problem(driver(13010, major, minor), this::all, precision));
        assertEquals(Optional.empty(), Cuda.problem(driver(13000, major, minor), this::all, precision));
    }

    @ParameterizedTest
    @CsvSource({"3, 7", "6, 1", "7, 0", "11, 0"})
    void anUnsupportedGpuIsNamed(int major, int minor) {
        assertEquals("libtorch 2.10 has no code for this GPU (Card, compute capability " + major + "." + minor + ", 8 GB);"
            + " it has for compute capability 7.5, 8.x, 9.0, 10.0, 10.3, 12.0 and 12.1", Cuda.problem(driver(13010, major, minor), this::all, Precision.FLOAT32).orElseThrow());
    }

    @Test
    void howAnotherCardIsChosenIsSaidWhereThereIsOne() {
        NvidiaDriver.Gpu pascal = new NvidiaDriver.Gpu("Old", 6, 1, 8_000_000_000L), ada = new NvidiaDriver.Gpu("New", 8, 9, 8_000_000_000L);
        String problem = Cuda.problem(new NvidiaDriver(Optional.empty(), 13010, List.of(pascal, ada)), CudaTest::unasked, Precision.FLOAT32).orElseThrow();
        assertTrue(problem.endsWith("12.1; it is the first of 2 GPUs here, and CUDA_VISIBLE_DEVICES=1 chooses the second"), problem);
    }

    @Test
    void turingHasNoBf16() {
        assertEquals("this GPU (Card, compute capability 7.5, 8 GB) has no bf16 instructions, which come with compute capability 8.0; use float32",
            Cuda.problem(driver(13010, 7, 5), this::all, Precision.BF16).orElseThrow());
    }

    @Test
    void aMissingOrOldDriverIsSaidBeforeAllElse() {
        assertEquals("no driver", Cuda.problem(new NvidiaDriver(Optional.of("no driver"), 0, List.of()), CudaTest::unasked, Precision.BF16).orElseThrow());
        assertEquals("the NVIDIA driver is for CUDA 12.8 and older; libtorch needs one for CUDA 13 (580 or newer)",
            Cuda.problem(driver(12080, 9, 0), CudaTest::unasked, Precision.BF16).orElseThrow());
    }

    @Test
    void missingLibrariesAreNamed() {
        assertEquals("of CUDA 13 and cuDNN 9 there are missing: libnccl.so.2, libcudnn.so.9; install them, or name their folders in LD_LIBRARY_PATH (docs/gpu.md)",
            Cuda.problem(driver(13010, 9, 0), () -> allBut("libcudnn.so.9", "libnccl.so.2"), Precision.BF16).orElseThrow());
    }

    private static int runtimeVersion(MemorySegment version) {
        version.reinterpret(4).set(ValueLayout.JAVA_INT, 0, 13010);
        return 0;
    }

    private static long cudnnVersion() {
        return 91302;
    }

    @Test
    void namesTheVersionsOfWhatComputes() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandles.Lookup here = MethodHandles.lookup();
            MemorySegment runtime = Linker.nativeLinker().upcallStub(here.findStatic(CudaTest.class, "runtimeVersion", MethodType.methodType(int.class, MemorySegment.class)),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS), arena);
            MemorySegment cudnn = Linker.nativeLinker().upcallStub(here.findStatic(CudaTest.class, "cudnnVersion", MethodType.methodType(long.class)),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG), arena);
            SymbolLookup one = name -> name.equals("cudaRuntimeGetVersion") ? Optional.of(runtime) : Optional.empty();
            SymbolLookup other = name -> name.equals("cudnnGetVersion") ? Optional.of(cudnn) : Optional.empty();
            assertEquals("CUDA 13.1, cuDNN 9.13.2", Cuda.versions(Optional.of(one), Optional.of(other)));
        }
        assertEquals("CUDA of unknown version, cuDNN of unknown version", Cuda.versions(Optional.empty(), Optional.of(_ -> Optional.empty())));
    }
}
