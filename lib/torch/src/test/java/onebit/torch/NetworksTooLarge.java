package onebit.torch;

import java.nio.file.Path;
import onebit.engine.Engine;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.OneBit;
import onebit.run.UserError;

/**
 * A process that tries, several times, to make a network that it has not the memory for: 8.6 GB for the weights of its second convolution,
 * after 50 MB for those of its first, and as much for their momentum. Prints a line an attempt: the megabytes that it holds after it, and what was said.
 */
final class NetworksTooLarge {

    static final int ATTEMPTS = 12;

    private NetworksTooLarge() {}

    public static void main(String[] args) throws Exception {
        int wide = 1 << 22, widest = Integer.MAX_VALUE / wide;
        Graph graph = new GraphBuilder("input", new Shape(3, 1, 1)).convolve("wide", wide, 1, 1, Padding.NONE, new OneBit())
            .convolve("wider", widest, 1, 1, Padding.NONE, new OneBit()).globalPool("mean").softmaxLoss("loss");
        Engine engine = IsolatedEngine.of("torch");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                engine.network(graph, NetworkOptions.training(Precision.FLOAT32).withBatchSize(4)).close();
                System.out.println("There was memory enough.");
            } catch (UserError e) {
                System.out.println(TorchEngineErrorsTest.megabytes(Path.of("/proc/self/status")) + " MB: " + e.getMessage());
            }
        }
    }
}
