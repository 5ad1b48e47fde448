package onebit.cpu;

import java.util.List;
import onebit.engine.CpuFeatures;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.OutOfMemory;
import onebit.engine.Precision;
import onebit.model.Graph;

/**
 * Executes graphs on the CPU, with oneDNN's products and everything between them in Java's Vector API.
 *
 * <p>bf16 needs a processor with instructions for its products. With the property {@code onebit.bf16.emulated} set to true,
 * one without them computes in bf16, too ({@link Emulation}). That gains little or nothing on float32, so it is never chosen
 * automatically; it shows what bf16 does to accuracy, and lets its tests run.
 */
public final class CpuEngine implements Engine {

    /** Of a thread, in a batch. */
    private static final int LEAST_IMAGES = 4;

    private final CpuFeatures features;
    private final boolean emulates;

    public CpuEngine() {
        this(CpuFeatures.detect(), Emulation.WANTED);
    }

    CpuEngine(CpuFeatures features, boolean emulates) {
        this.features = features;
        this.emulates = emulates;
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public List<Mode> modes() {
        String machine = features.name() + ", " + NetworkOptions.inWords(threads());
        Mode floats = new Mode(Precision.FLOAT32, true, machine), bf16 = bf16(machine);
        return features.bf16Faster() ? List.of(bf16, floats) : List.of(floats, bf16);
    }

    private Mode bf16(String machine) {
        if (features.bf16Faster()) return new Mode(Precision.BF16, true, machine + ", bf16 instructions");
        if (features.bf16()) return new Mode(Precision.BF16, true, machine + ", bf16 instructions, slower here than float32's");
        if (emulates) return new Mode(Precision.BF16, true, machine + ", bf16 emulated");
        return new Mode(Precision.BF16, false, "this processor (" + features.name() + ") has no bf16 instructions (AVX512_BF16 or AMX); use float32");
    }

    private static int threads() {
        return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public Network network(Graph graph, NetworkOptions options) {
        mode(options);
        NativeLibrary.unpack(); // before OneDnn is touched: a failure in its initializer is an Error, and ends the class for the whole process
        int threads = options.threads() == 0 ? Math.min(threads(), mostThreads(options.batchSize())) : options.threads();
        return OutOfMemory.inWords(options, () -> new CpuNetwork(graph, options, threads, new Natives()));
    }

    /** A thread keeps a gradient of its own, which all read in the end: with few images each, more threads cost more than they do. */
    private static int mostThreads(int batchSize) {
        return Math.max(1, batchSize / LEAST_IMAGES);
    }
}
