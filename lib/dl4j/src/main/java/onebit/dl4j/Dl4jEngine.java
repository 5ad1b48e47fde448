package onebit.dl4j;

import java.util.List;
import java.util.Optional;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.OutOfMemory;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.nvidia.NvidiaDriver;

/** Executes graphs on DeepLearning4J and ND4J, the Java world's own framework: on any CPU, and on NVIDIA GPUs up to Ada. */
public final class Dl4jEngine implements Engine {

    /** Of DL4J and ND4J. */
    static final String VERSION = "1.0.0-M2.1";
    /** Any driver for CUDA 11 runs 11.6. */
    private static final int OLDEST_CUDA = 11000;
    /** Compute capabilities, times ten: machine code is there up to 8.6, which 8.7 and 8.9 run too, and no code that a driver could compile. */
    private static final int OLDEST_GPU = 37, TOO_NEW_GPU = 90;

    @Override
    public String name() {
        return "dl4j";
    }

    @Override
    public List<Mode> modes() {
        NvidiaDriver driver = NvidiaDriver.here();
        Optional<String> problem = problem(driver);
        return List.of(new Mode(Precision.FLOAT32, true, CpuFeatures.detect().name() + ", " + NetworkOptions.inWords(Runtime.getRuntime().availableProcessors())),
            new Mode(Device.CUDA, Precision.FLOAT32, problem.isEmpty(), problem.orElseGet(() -> driver.gpus().getFirst() + ", not measured")));
    }

    /** Why ND4J's newest build for CUDA, which is for 11.6, cannot run here. */
    static Optional<String> problem(NvidiaDriver driver) {
        if (driver.problem().isPresent()) return driver.problem();
        if (driver.cuda() < OLDEST_CUDA) return Optional.of("the NVIDIA driver runs CUDA " + driver.cudaVersion() + " at most; a newer driver is needed");
        NvidiaDriver.Gpu gpu = driver.gpus().getFirst();
        int capability = 10 * gpu.major() + gpu.minor();
        if (capability >= OLDEST_GPU && capability < TOO_NEW_GPU) return Optional.empty();
        return Optional.of(gpu + ": ND4J " + VERSION + ", its newest, has machine code for the compute capabilities 3.7 to 8.9 only"
            + (capability >= TOO_NEW_GPU ? "; use --engine torch" : "") + driver.others());
    }

    @Override
    public Network network(Graph graph, NetworkOptions options) {
        mode(options);
        Nd4jRuntime.prepare(options.device());
        Nd4jRuntime.requireBuild(options.device());
        return OutOfMemory.inWords(options, () -> new Dl4jNetwork(graph, options, options.computeThreads()));
    }
}
