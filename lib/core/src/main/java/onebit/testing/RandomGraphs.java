package onebit.testing;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.InitialWeights;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;

/**
 * Small random networks of the family that every engine must execute: residual blocks as in
 * {@link onebit.model.WideResNet} (seed even) and plain chains as in {@link onebit.model.PlainNet} (odd), with every
 * node type, odd sizes and odd numbers of channels. Any eight seeds in a row have each of residual and plain, batch
 * norm and shifted ReLU, full precision and one bit, in all combinations.
 *
 * <p>The family: each stored tensor (the input, and each convolution's output after its Add if it has one) is read by
 * one chain [BatchNorm] [ReLU or ShiftedReLU] Conv and by at most one skip, which is an Add or an AveragePool 3x3 with
 * stride 2 and the padding of the convolution beside it, ChannelDoubling, Add. After the last convolution come
 * [BatchNorm or Scale] GlobalPool [Scale] SoftmaxLoss. (In brackets: may be absent.)
 */
public final class RandomGraphs {

    /** A network ready to be run: parameters with plausible running averages, and a batch. */
    public record Case(long seed, Graph graph, NamedTensors state, SyntheticBatch batch) {
        @Override
        public String toString() {
            return "seed " + seed + ": " + (seed % 2 == 0 ? "residual" : "plain") + ", " + (shifted(seed) ? "srelu" : "bn") + ", "
                + quantizer(seed).name() + ", " + batch.size() + " images " + graph.inputShape() + ", channels "
                + graph.convolutions().stream().map(c -> c.outputChannels() + (c.stride() > 1 ? "/" + c.stride() : "")).toList();
        }
    }

    private static final int GRAPH = 0, STATE = 1;

    private final CounterRandom random;
    private final boolean shifted;
    private final WeightQuantizer quantizer;
    private final boolean symmetric;
    private GraphBuilder net;

    private RandomGraphs(long seed) {
        random = new CounterRandom(seed, Purpose.SYNTHETIC, GRAPH, 0);
        shifted = shifted(seed);
        quantizer = quantizer(seed);
        symmetric = chance(0.3);
    }

    private static boolean shifted(long seed) {
        return (seed >> 1) % 2 == 1;
    }

    private static WeightQuantizer quantizer(long seed) {
        return (seed >> 2) % 2 == 1 ? new OneBit() : new FullPrecision();
    }

    /** The cases of seeds 0 .. n - 1. */
    public static Stream<Case> first(int n) {
        return LongStream.range(0, n).mapToObj(RandomGraphs::of);
    }

    /** The case of this seed (0 or more), with 3 to 7 images. */
    public static Case of(long seed) {
        Graph graph = graph(seed);
        SyntheticBatch batch = SyntheticBatch.of(graph, 3 + new CounterRandom(seed, Purpose.SYNTHETIC, STATE, 1).nextInt(5), seed);
        return new Case(seed, graph, state(graph, batch), batch);
    }

    public static Graph graph(long seed) {
        RandomGraphs draw = new RandomGraphs(seed);
        return seed % 2 == 0 ? draw.residual() : draw.plain();
    }

    /**
     * Random parameters for a graph: initial weights, learned scales and offsets off 1 and 0, and running averages
     * near the batch's moments, so that evaluation and training see activations of the same size.
     */
    public static NamedTensors state(Graph graph, SyntheticBatch batch) {
        CounterRandom random = new CounterRandom(batch.seed(), Purpose.SYNTHETIC, STATE, 0);
        NamedTensors state = InitialWeights.state(graph, batch.seed());
        for (Graph.Parameter p : graph.parameters()) {
            float[] values = state.get(p.name()).values();
            for (int i = 0; i < values.length; i++)
                switch (p.role()) {
                    case SCALE -> values[i] = (float) (0.5 + random.nextDouble());
                    case OFFSET -> values[i] = (float) (0.3 * random.nextGaussian());
                    default -> {}
                }
        }
        NamedTensors moments = EngineComparison.batchMoments(graph, state, batch);
        for (Graph.Parameter p : graph.parameters())
            if (p.node() instanceof Node.BatchNorm n && !p.trainable()) {
                float[] mean = moments.get(Graph.Role.MEAN.of(n.name())).values();
                float[] variance = moments.get(Graph.Role.VARIANCE.of(n.name())).values();
                float[] values = state.get(p.name()).values();
                for (int c = 0; c < values.length; c++)
                    values[c] = (float) (p.role() == Graph.Role.MEAN ? mean[c] + 0.2 * Math.sqrt(Math.max(0, variance[c])) * random.nextGaussian()
                        : Math.max(0, variance[c]) * (0.7 + 0.6 * random.nextDouble()) + 1e-3);
            }
        return state;
    }

    private Graph residual() {
        begin();
        int blocks = 1 + random.nextInt(3), halvings = 0;
        for (int block = 1; block <= blocks; block++) {
            boolean halving = halvings < 2 && chance(0.5);
            if (halving) halvings++;
            residualBlock("block" + block, halving);
        }
        return head();
    }

    private void residualBlock(String name, boolean halving) {
        String start = net.top();
        Shape before = net.shape();
        int stride = halving ? 2 : 1, channels = before.channels() * stride;
        activate(name + ".norm1", name + ".relu1");
        convolve(name + ".conv1", halving || chance(0.5) ? channels : channels(), 3, stride);
        activate(name + ".norm2", name + ".relu2");
        convolve(name + ".conv2", channels, chance(0.8) ? 3 : 1, 1);
        String residual = net.top();
        net.continueAt(start);
        if (halving) net.averagePool(name + ".pool", 3, 2, padding(before, 3, 2)).channelDoubling(name + ".double");
        net.add(name + ".add", residual, net.top());
    }

    private Graph plain() {
        begin();
        int layers = 2 + random.nextInt(3), halvings = 0;
        for (int layer = 1; layer <= layers; layer++) {
            boolean halving = halvings < 2 && chance(0.4);
            if (halving) halvings++;
            activate("norm" + layer, "relu" + layer);
            convolve("conv" + layer, channels(), halving || chance(0.8) ? 3 : 1, halving ? 2 : 1);
        }
        return head();
    }

    private void begin() {
        net = new GraphBuilder("input", new Shape(pick(1, 3, 3, 5), size(), size()));
        if (shifted || chance(0.8)) net.batchNorm("input.norm", chance(0.9));
        if (!shifted && chance(0.3)) net.relu("input.relu");
        convolve("conv0", channels(), 3, 1);
    }

    private Graph head() {
        activate("last.norm", "last.relu");
        convolve("last.conv", pick(2, 5, 10), chance(0.8) ? 1 : 3, 1);
        if (shifted) net.scale("last.scores", 1.0 / (2 + random.nextInt(9)));
        else if (chance(0.8)) net.batchNorm("last.scores", chance(0.3));
        net.globalPool("pool");
        if (!shifted && chance(0.3)) net.scale("sum", 3);
        return net.softmaxLoss("loss");
    }

    /** Mostly as the two families of rows have it, now and then another of the allowed chains. */
    private void activate(String norm, String activation) {
        double kind = random.nextDouble();
        if (shifted) {
            if (kind < 0.1) net.relu(activation);
            else if (kind < 0.2) net.batchNorm(norm, false).shiftedReLU(activation);
            else if (kind < 0.95) net.shiftedReLU(activation);
        } else {
            if (kind < 0.9) net.batchNorm(norm, kind > 0.6);
            if (kind > 0.1) net.relu(activation);
        }
    }

    private void convolve(String name, int channels, int kernel, int stride) {
        net.convolve(name, channels, kernel, stride, padding(net.shape(), kernel, stride), quantizer);
    }

    private Padding padding(Shape in, int kernel, int stride) {
        return symmetric ? Padding.symmetric(kernel / 2) : Padding.same(in.height(), in.width(), kernel, stride);
    }

    private int size() {
        return pick(5, 7, 8, 9, 12, 13);
    }

    private int channels() {
        return pick(3, 5, 8, 10, 16, 17);
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
