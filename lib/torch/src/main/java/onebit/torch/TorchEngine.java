package onebit.torch;

import java.util.ArrayList;
import java.util.List;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.OutOfMemory;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.nvidia.CudaLibraries;
import onebit.nvidia.NvidiaDriver;

/** Executes graphs by libtorch. It takes any convolution algorithm for its own choice. */
public final class TorchEngine implements Engine {

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public List<Mode> modes() {
        String processors = NetworkOptions.inWords(Runtime.getRuntime().availableProcessors());
        List<Mode> modes = new ArrayList<>();
        modes.add(new Mode(Precision.FLOAT32, true, processors));
        modes.add(new Mode(Precision.BF16, true, processors + ", slow on a CPU without bf16 instructions"));
        NvidiaDriver driver = NvidiaDriver.here();
        for (Precision precision : List.of(Precision.BF16, Precision.FLOAT32))
            modes.add(Cuda.problem(driver, CudaLibraries::here, precision).map(p -> new Mode(Device.CUDA, precision, false, p))
                .orElseGet(() -> new Mode(Device.CUDA, precision, true, driver.gpus().getFirst().toString())));
        return modes;
    }

    @Override
    public Network network(Graph graph, NetworkOptions options) {
        mode(options);
        LibTorch.load(options.device());
        return OutOfMemory.inWords(options, () -> new TorchNetwork(graph, options, options.computeThreads()));
    }
}
