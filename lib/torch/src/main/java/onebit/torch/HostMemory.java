package onebit.torch;

import static org.bytedeco.pytorch.global.torch.MemoryFormat;
import static org.bytedeco.pytorch.global.torch.ScalarType;

import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import onebit.engine.Batch;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** What goes between Java and libtorch. */
final class HostMemory {

    private HostMemory() {}

    /** A float32 tensor on the CPU, last index fastest, with a memory of its own. */
    static Tensor tensor(float[] values, long... shape) {
        return torch.from_blob(new FloatPointer(values), shape).clone();
    }

    /** The values of a tensor, wherever it lies and however it is laid out, last index fastest. */
    static float[] floats(Tensor tensor) {
        Tensor host = tensor.detach().cpu().to(ScalarType.Float).contiguous();
        float[] values = new float[(int) host.numel()];
        host.data_ptr_float().get(values);
        return values;
    }

    /** Classes of images, on a device. */
    static Tensor labels(int[] labels, Device device) {
        long[] values = IntStream.of(labels).asLongStream().toArray();
        return torch.from_blob(new LongPointer(values), new long[] {values.length}, new TensorOptions(ScalarType.Long))
            .to(device, ScalarType.Long, false, true, new MemoryFormatOptional());
    }

    /** Memory outside Java for the images of one batch; they are read by Java's common threads. */
    static final class Images implements AutoCloseable {

        private final int imageSize;
        private final FloatPointer memory;
        private final FloatBuffer pixels;

        /** @param imageSize values in an image */
        Images(int images, int imageSize) {
            this.imageSize = imageSize;
            memory = new FloatPointer((long) images * imageSize);
            memory.retainReference();
            pixels = memory.asBuffer();
        }

        /**
         * A batch on a device, float32, channels last. What an image throws that cannot be read is thrown when no other is being read
         * any more: the memory may be freed then.
         *
         * @param shape   channels, rows, columns
         * @param threads that read at a time, at most
         */
        Tensor read(Batch batch, long[] shape, Device device, int threads) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            IntStream.range(0, threads).parallel().forEach(part -> {
                try {
                    float[] image = new float[imageSize];
                    for (int i = part; i < batch.size() && failure.get() == null; i += threads) {
                        batch.read(i, image);
                        pixels.put(i * imageSize, image, 0, imageSize);
                    }
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
            });
            switch (failure.get()) {
                case null -> {}
                case Error e -> throw e;
                case Throwable e -> throw (RuntimeException) e;
            }
            return torch.from_blob(memory, batch.size(), shape[0], shape[1], shape[2])
                .to(device, ScalarType.Float, false, true, new MemoryFormatOptional(MemoryFormat.ChannelsLast));
        }

        @Override
        public void close() {
            memory.releaseReference();
        }
    }
}
