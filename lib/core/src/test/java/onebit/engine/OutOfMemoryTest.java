package onebit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onebit.run.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What frameworks were seen or are known to say, as a sentence. */
class OutOfMemoryTest {

    private static final String MACHINE = "The memory of this machine is not enough for this network with batches of 125 images."
        + " Take a smaller width, or a machine with more memory.";
    private static final String GPU = "The memory of the GPU is not enough for this network with batches of 125 images. Take a smaller width, another GPU or --device cpu.";

    private static String said(Device device, RuntimeException thrown) {
        return assertThrows(UserError.class, () -> OutOfMemory.inWords(NetworkOptions.training(Precision.FLOAT32).withDevice(device), () -> {
            throw thrown;
        })).getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes. Error code 12",
        "Cannot allocate new FloatPointer(1024): totalBytes = 4G, physicalBytes = 5G", "Failed to allocate memory within limits: totalBytes (5G + 1G) > maxBytes (5G)",
        "Physical memory usage is too high: physicalBytes (9G + 1G) > maxPhysicalBytes (8G)", "std::bad_alloc", "Unable to allocate 4096 bytes"})
    void theMachinesMemoryOnEitherDevice(String text) {
        assertEquals(MACHINE, said(Device.CPU, new RuntimeException(text)));
        assertEquals(MACHINE, said(Device.CUDA, new IllegalStateException("wrapped", new RuntimeException(text))));
        assertEquals(MACHINE, assertThrows(UserError.class, () -> OutOfMemory.inWords(NetworkOptions.training(Precision.FLOAT32), () -> {
            throw new OutOfMemoryError(text);
        })).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB", "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "Failed to allocate 1024 bytes from DEVICE", "CUDA error: out of memory",
        "CUDA out of memory. Tried to allocate 2.00 GiB.\nException raised from malloc (most recent call first):\nframe #0: c10::intrusive_ptr<Pointer> + 0x98 (/home/ghost/libc10.so)"})
    void theGpusMemory(String text) {
        assertEquals(GPU, said(Device.CUDA, new RuntimeException(text)));
    }

    @Test
    void allElseIsThrownOnAsItIs() {
        for (Throwable other : new Throwable[] {new IllegalArgumentException("planted"), new IllegalStateException(), new OutOfMemoryError("Java heap space"),
            new OutOfMemoryError("unable to create native thread: possibly out of memory or process/resource limits reached"),
            new UserError("The disk is out of memory.")})
            assertSame(other, assertThrows(Throwable.class, () -> OutOfMemory.inWords(NetworkOptions.training(Precision.FLOAT32), () -> {
                if (other instanceof Error e) throw e;
                throw (RuntimeException) other;
            })));
    }
}
