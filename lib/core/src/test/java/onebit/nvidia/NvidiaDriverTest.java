package onebit.nvidia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NvidiaDriverTest {

    /** A driver for CUDA 13.1 with two GPUs, whose functions are Java's. */
    static final class FakeDriver {
        static int initStatus;

        static int cuInit(int flags) {
            return initStatus;
        }

        static int cuDriverGetVersion(MemorySegment version) {
            return put(version, 13010);
        }

        static int cuDeviceGetCount(MemorySegment count) {
            return put(count, 2);
        }

        static int cuDeviceGet(MemorySegment device, int index) {
            return put(device, index + 40);
        }

        static int cuDeviceGetName(MemorySegment name, int size, int device) {
            name.reinterpret(size).setString(0, "Card " + device);
            return 0;
        }

        static int cuDeviceTotalMem_v2(MemorySegment bytes, int device) {
            bytes.reinterpret(8).set(ValueLayout.JAVA_LONG, 0, device * 1_000_000_000L);
            return 0;
        }

        static int cuDeviceGetAttribute(MemorySegment value, int which, int device) {
            return put(value, which == 75 ? device == 40 ? 9 : 6 : which == 76 ? device - 40 : -1);
        }

        private static int put(MemorySegment where, int value) {
            where.reinterpret(4).set(ValueLayout.JAVA_INT, 0, value);
            return 0;
        }

        static SymbolLookup library(Arena arena) {
            return name -> {
                for (var method : FakeDriver.class.getDeclaredMethods()) {
                    if (!method.getName().equals(name)) continue;
                    List<ValueLayout> types = new ArrayList<>();
                    for (Class<?> type : method.getParameterTypes()) types.add(type == int.class ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS);
                    try {
                        return Optional.of(Linker.nativeLinker().upcallStub(
                            MethodHandles.lookup().findStatic(FakeDriver.class, name, MethodType.methodType(int.class, method.getParameterTypes())),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, types.toArray(ValueLayout[]::new)), arena));
                    } catch (ReflectiveOperationException e) {
                        throw new AssertionError(e);
                    }
                }
                return Optional.empty();
            };
        }
    }

    private static NvidiaDriver driver(int initStatus) {
        FakeDriver.initStatus = initStatus;
        try (Arena arena = Arena.ofConfined()) {
            return NvidiaDriver.of(Optional.of(FakeDriver.library(arena)));
        }
    }

    @Test
    void namesItsGpusAndTheirComputeCapabilities() {
        NvidiaDriver driver = driver(0);
        assertEquals(Optional.empty(), driver.problem());
        assertEquals("13.1", driver.cudaVersion());
        assertEquals("; it is the first of 2 GPUs here, and CUDA_VISIBLE_DEVICES=1 chooses the second", driver.others());
        assertEquals("", new NvidiaDriver(Optional.empty(), 13010, driver.gpus().subList(0, 1)).others());
        assertEquals(List.of("Card 40, compute capability 9.0, 40 GB", "Card 41, compute capability 6.1, 41 GB"), driver.gpus().stream().map(Object::toString).toList());
    }

    @Test
    void aDriverWithoutOneOfItsFunctionsIsAProblemAndNoFault() {
        FakeDriver.initStatus = 0;
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup whole = FakeDriver.library(arena);
            NvidiaDriver driver = NvidiaDriver.of(Optional.of(name -> name.equals("cuDeviceGetName") ? Optional.empty() : whole.find(name)));
            assertEquals("the NVIDIA driver cannot be asked (libcuda has no function cuDeviceGetName); nvidia-smi may say why", driver.problem().orElseThrow());
        }
    }

    @Test
    void saysWhyNoGpuCanBeUsed() {
        assertEquals(new NvidiaDriver(Optional.of("this machine has no NVIDIA driver (libcuda)"), 0, List.of()), NvidiaDriver.of(Optional.empty()));
        assertTrue(driver(100).problem().orElseThrow().startsWith("the NVIDIA driver sees no GPU"));
        assertEquals("the NVIDIA driver does not start (cuInit gives error 803); nvidia-smi may say why", driver(803).problem().orElseThrow());
        assertEquals(13010, driver(803).cuda());
    }
}
