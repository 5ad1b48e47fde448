package onebit.torch;

import static org.bytedeco.pytorch.global.torch.MemoryFormat;
import static org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import onebit.model.Graph;
import onebit.model.Graph.Role;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * One batch through the graph, a libtorch operation or two a node. In training, libtorch's autograd notes what backward needs.
 * To be used within a {@link PointerScope}, which frees what it leaves.
 *
 * <p>Straight through the quantizer: for autograd the network's weights are those that the convolutions use, and
 * {@link #leaves} has their gradients.
 */
final class Forward implements AutoCloseable {

    private static final long[] NO_DILATION = {1, 1};

    private final Graph graph;
    private final Map<String, Tensor> parameters;
    private final ScalarType type;
    private final boolean training;
    private final Map<String, Tensor> values = new HashMap<>();
    private final Map<String, Integer> readers = new HashMap<>();
    private final Map<String, Tensor> leaves = new LinkedHashMap<>();

    /**
     * @param parameters by name: float32, weights with channels last
     * @param type       of what convolutions compute with
     * @param training   whether batch norm takes the batch's moments and moves its running averages, and gradients are wanted
     */
    Forward(Graph graph, Map<String, Tensor> parameters, ScalarType type, boolean training) {
        this.graph = graph;
        this.parameters = parameters;
        this.type = type;
        this.training = training;
    }

    /**
     * Float32 logits (images, classes).
     *
     * @param images float32 (images, channels, rows, columns), channels last
     */
    Tensor logits(Tensor images) {
        for (Node node : graph.nodes()) readers.put(node.name(), graph.readers(node.name()).size());
        for (Node node : graph.nodes()) {
            if (node instanceof Node.SoftmaxLoss n) return value(n.input()).to(ScalarType.Float).reshape(images.size(0), graph.classes());
            try (PointerScope _ = new PointerScope()) {
                Tensor value = node instanceof Node.Input ? images : compute(node);
                value.retainReference();
                values.put(node.name(), value);
            }
            node.inputs().forEach(this::doneWith);
        }
        throw new IllegalStateException("A graph ends with its loss.");
    }

    /** What autograd gives gradients for, by the names of the parameters: {@code leaf.grad()} after backward. */
    Map<String, Tensor> leaves() {
        return leaves;
    }

    @Override
    public void close() {
        values.values().forEach(Tensor::releaseReference);
        leaves.values().forEach(Tensor::releaseReference);
        values.clear();
        leaves.clear();
    }

    private Tensor value(String node) {
        return values.get(node);
    }

    /** Frees what a node has put out when its last reader has it, unless autograd keeps it. */
    private void doneWith(String node) {
        if (readers.merge(node, -1, Integer::sum) == 0) values.remove(node).releaseReference();
    }

    private Tensor compute(Node node) {
        Tensor x = value(node.inputs().getFirst());
        return switch (node) {
            case Node.Conv n -> convolve(n, x.to(type));
            case Node.BatchNorm n -> normalize(n, x);
            case Node.ReLU n -> ownsInput(n) ? reluInPlace(x) : torch.relu(x);
            case Node.ShiftedReLU n -> torch.threshold(x, new Scalar(-1f), new Scalar(-1f));
            case Node.AveragePool n -> averagePool(n, x);
            case Node.ChannelDoubling n -> torch.constant_pad_nd(x, 0, 0, 0, 0, 0, x.size(1));
            case Node.Add n -> x.add(value(n.right()));
            case Node.Scale n -> x.mul(new Scalar(n.factor()));
            case Node.GlobalPool n -> x.mean(new long[] {2, 3}, true, new ScalarTypeOptional(ScalarType.Float));
            case Node.Input n -> throw new IllegalArgumentException("The input is given, not computed.");
            case Node.SoftmaxLoss n -> throw new IllegalArgumentException("The loss is computed from the logits.");
        };
    }

    /** Whether an activation may write over its input: a batch norm's output that nothing else reads, backward neither. */
    private boolean ownsInput(Node.Unary n) {
        return graph.node(n.input()) instanceof Node.BatchNorm && graph.readers(n.input()).size() == 1;
    }

    private static Tensor reluInPlace(Tensor x) {
        torch.relu_(x); // gives a reference to x that does not keep it alive
        return x;
    }

    private Tensor convolve(Node.Conv n, Tensor x) {
        Padding p = n.padding();
        boolean symmetric = p.top() == p.bottom() && p.left() == p.right();
        long[] stride = {n.stride(), n.stride()}, padding = symmetric ? new long[] {p.top(), p.left()} : new long[] {0, 0};
        return torch.conv2d(symmetric ? x : pad(x, p), leaf(Role.WEIGHT.of(n.name()), weights(n)), new TensorOptional(), stride, padding, NO_DILATION, 1);
    }

    private static Tensor pad(Tensor x, Padding p) {
        return torch.constant_pad_nd(x, p.left(), p.right(), p.top(), p.bottom());
    }

    /** The weights that the convolution uses, of the type that it computes with. */
    private Tensor weights(Node.Conv n) {
        Tensor weights = parameters.get(Role.WEIGHT.of(n.name())).detach();
        return switch (n.quantizer()) {
            case FullPrecision q -> weights.to(type);
            case OneBit q -> {
                float scale = OneBit.scale(n.fanIn());
                Tensor sign = weights.ge(new Scalar(0f)).to(type); // 0 and 1; where() with two numbers would drop channels last
                sign.mul_(new Scalar(2f)).sub_(new Scalar(1f)).mul_(new Scalar(scale));
                yield sign;
            }
            default -> {
                float[] values = HostMemory.floats(weights);
                n.quantizer().quantize(values, n.fanIn(), values);
                yield HostMemory.tensor(values, weights.sizes().vec().get()).to(weights.device(), type).contiguous(MemoryFormat.ChannelsLast);
            }
        };
    }

    private Tensor normalize(Node.BatchNorm n, Tensor x) {
        return torch.batch_norm(x, affine(n, Role.SCALE), affine(n, Role.OFFSET), new TensorOptional(parameters.get(Role.MEAN.of(n.name()))),
            new TensorOptional(runningVariance(n, x)), training, 1 - n.momentum(), n.epsilon(), true);
    }

    /**
     * What libtorch is to update. It divides by the number of values a channel less one: of a single value it would make no number,
     * where the variance is 0. So it gets a copy then.
     */
    private Tensor runningVariance(Node.BatchNorm n, Tensor x) {
        Tensor variance = parameters.get(Role.VARIANCE.of(n.name()));
        if (!training || x.numel() > x.size(1)) return variance;
        Tensor copy = variance.clone();
        variance.mul_(new Scalar(n.momentum()));
        return copy;
    }

    private TensorOptional affine(Node.BatchNorm n, Role role) {
        if (!n.affine()) return new TensorOptional();
        String name = role.of(n.name());
        return new TensorOptional(leaf(name, parameters.get(name).detach()));
    }

    private Tensor leaf(String parameter, Tensor used) {
        if (training) {
            used.requires_grad_(true);
            used.retainReference();
            leaves.put(parameter, used);
        }
        return used;
    }

    /**
     * libtorch pads all sides alike, and counts only cells inside the image if told so; in "ceil mode" it lets the last
     * window reach beyond the end. Any other padding is put on before, and the sums divided by the cells inside.
     */
    private Tensor averagePool(Node.AveragePool n, Tensor x) {
        Padding p = n.padding();
        Shape in = graph.shape(n.input()), out = graph.shape(n.name());
        long[] size = {n.size(), n.size()}, stride = {n.stride(), n.stride()}, before = {p.top(), p.left()};
        for (boolean ceil : new boolean[] {false, true})
            if (windows(in.height(), n, p.top(), ceil) == out.height() && windows(in.width(), n, p.left(), ceil) == out.width()
                && 2 * p.top() <= n.size() && 2 * p.left() <= n.size())
                return torch.avg_pool2d(x, size, stride, before, ceil, false, new LongOptional());
        Tensor cells = sums(pad(torch.ones(1, 1, in.height(), in.width()), p), size, stride).to(x.device(), x.scalar_type());
        return sums(pad(x, p), size, stride).div(cells);
    }

    private static Tensor sums(Tensor x, long[] size, long[] stride) {
        return torch.avg_pool2d(x, size, stride, new long[] {0, 0}, false, true, new LongOptional(1));
    }

    /** How many windows libtorch lays along a line, padded with as many cells at either end. */
    private static int windows(int cells, Node.AveragePool n, int padding, boolean ceil) {
        int free = cells + 2 * padding - n.size(), windows = (ceil ? Math.ceilDiv(free, n.stride()) : Math.floorDiv(free, n.stride())) + 1;
        return ceil && (windows - 1) * n.stride() >= cells + padding ? windows - 1 : windows;
    }
}
