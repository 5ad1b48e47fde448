package onebit.torch;

import static org.bytedeco.pytorch.global.torch.DeviceType;
import static org.bytedeco.pytorch.global.torch.MemoryFormat;
import static org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import onebit.engine.Batch;
import onebit.engine.CheckedNetwork;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.Graph.Role;
import onebit.model.NamedTensors;
import onebit.nvidia.CudaLibraries;
import onebit.nvidia.NvidiaDriver;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A graph on libtorch. Parameters and momenta are float32 tensors on the device; each call frees all else that it makes. */
final class TorchNetwork extends CheckedNetwork {

    private final int threads;
    private final ScalarType type;
    private final long[] imageShape;
    private final Device device;
    private final HostMemory.Images images;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> momenta = new LinkedHashMap<>();

    TorchNetwork(Graph graph, NetworkOptions options, int threads) {
        super(graph, options);
        this.threads = threads;
        type = options.precision() == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
        imageShape = new long[] {graph.inputShape().channels(), graph.inputShape().height(), graph.inputShape().width()};
        images = new HostMemory.Images(options.batchSize(), graph.inputShape().size());
        device = new Device(options.device() == onebit.engine.Device.CUDA ? DeviceType.CUDA : DeviceType.CPU);
        device.retainReference();
        try {
            for (Graph.Parameter p : graph.parameters()) {
                parameters.put(p.name(), zeros(p));
                if (p.trainable() && options.training()) momenta.put(p.name(), zeros(p));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            free();
            throw e;
        }
    }

    private Tensor zeros(Graph.Parameter p) {
        return inScope(() -> {
            Tensor zeros = torch.zeros(p.shape().stream().mapToLong(Integer::longValue).toArray()).to(device, ScalarType.Float);
            if (p.role() == Role.WEIGHT) zeros = zeros.contiguous(MemoryFormat.ChannelsLast);
            zeros.retainReference();
            return zeros;
        });
    }

    /** Does something with libtorch that needs no gradients unless it says so, and frees what it leaves. */
    private <T> T inScope(Supplier<T> action) {
        try (PointerScope _ = new PointerScope()) {
            torch.set_num_threads(threads); // of the calling thread
            return action.get();
        }
    }

    @Override
    public String description() {
        return "torch " + LibTorch.TORCH + ", " + options.precision().label() + ", channels last, " + switch (options.device()) {
            case CPU -> "oneDNN's convolutions, " + NetworkOptions.inWords(threads);
            case CUDA -> "cuDNN's convolutions on " + NvidiaDriver.here().gpus().getFirst() + ", " + Cuda.versions(CudaLibraries.here())
                + NvidiaDriver.here().release().map(release -> ", driver " + release).orElse("");
        };
    }

    @Override
    protected void write(NamedTensors state) {
        for (Graph.Parameter p : graph.parameters())
            inScope(() -> {
                copy(state.get(p.name()), parameters.get(p.name()));
                Tensor momentum = momenta.get(p.name());
                String name = NamedTensors.momentum(p.name());
                if (momentum != null) {
                    if (state.contains(name)) copy(state.get(name), momentum);
                    else momentum.zero_();
                }
                return momentum;
            });
    }

    private static void copy(onebit.model.Tensor from, Tensor to) {
        to.copy_(HostMemory.tensor(from.values(), from.shape().stream().mapToLong(Integer::longValue).toArray()));
    }

    @Override
    protected NamedTensors read() {
        NamedTensors state = new NamedTensors();
        for (Graph.Parameter p : graph.parameters())
            inScope(() -> {
                state.put(p.name(), new onebit.model.Tensor(p.shape(), HostMemory.floats(parameters.get(p.name()))));
                Tensor momentum = momenta.get(p.name());
                return momentum == null ? state
                    : state.put(NamedTensors.momentum(p.name()), new onebit.model.Tensor(p.shape(), HostMemory.floats(momentum)));
            });
        return state;
    }

    @Override
    protected StepResult step(Batch batch, double learningRate) {
        int[] labels = batch.labels(graph.classes());
        return inScope(() -> {
            Tensor input = images.read(batch, imageShape, device, threads);
            try (Forward forward = new Forward(graph, parameters, type, true)) {
                Tensor logits = forward.logits(input);
                torch.cross_entropy_loss(logits, HostMemory.labels(labels, device)).backward();
                descend(forward.leaves(), learningRate);
                return StepResult.of(HostMemory.floats(logits), labels); // waits for a GPU, which so far was only told what to do
            }
        });
    }

    /** v = momentum * v - rate * (g + decay * w), w = w + v; only convolutions' weights decay. */
    private void descend(Map<String, Tensor> leaves, double rate) {
        try (NoGradGuard _ = new NoGradGuard()) {
            for (Graph.Parameter p : graph.parameters()) {
                if (!p.trainable()) continue;
                Tensor w = parameters.get(p.name()), v = momenta.get(p.name()), gradient = leaves.get(p.name()).grad().to(ScalarType.Float);
                if (p.role() == Role.WEIGHT) gradient = gradient.add(w, new Scalar(options.weightDecay()));
                v.mul_(new Scalar(options.momentum())).add_(gradient, new Scalar(-rate));
                w.add_(v);
            }
        }
    }

    @Override
    protected StepResult infer(Batch batch, float[] logits) {
        int[] labels = batch.labels(graph.classes());
        return inScope(() -> {
            try (NoGradGuard _ = new NoGradGuard(); Forward forward = new Forward(graph, parameters, type, false)) {
                float[] values = HostMemory.floats(forward.logits(images.read(batch, imageShape, device, threads)));
                if (logits != null) System.arraycopy(values, 0, logits, 0, values.length);
                return StepResult.of(values, labels);
            }
        });
    }

    @Override
    protected void free() {
        parameters.values().forEach(Tensor::releaseReference);
        momenta.values().forEach(Tensor::releaseReference);
        parameters.clear();
        momenta.clear();
        images.close();
        device.releaseReference();
    }
}
