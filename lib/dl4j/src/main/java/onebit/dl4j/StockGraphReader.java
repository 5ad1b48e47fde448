package onebit.dl4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;
import onebit.run.UserError;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The way back from a {@link StockGraph}, vertex by vertex. */
final class StockGraphReader {

    /** How far a vertex's output is from a node's. */
    private enum Stage { NODE, PADDED, SHIFTED, SHIFTED_AND_RECTIFIED, ZEROS }

    /** What a vertex puts out: a node's output, perhaps on the way to another's. */
    private record Output(String node, Stage stage, Padding padding) {
        Output(String node, Stage stage) {
            this(node, stage, Padding.NONE);
        }
    }

    /** Exactly these: a subclass computes something else. */
    private static final Set<Class<? extends Layer>> LAYERS = Set.of(ConvolutionLayer.class, ActivationLayer.class, ZeroPaddingLayer.class, BatchNormalization.class,
        SubsamplingLayer.class, GlobalPoolingLayer.class, LossLayer.class);

    private final Path file;
    private final ComputationGraph net;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Output> outputs = new HashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private final NamedTensors state = new NamedTensors();

    /** The network with its parameters. */
    record Read(Graph graph, NamedTensors state) {}

    private StockGraphReader(Path file, ComputationGraph net) {
        this.file = file;
        this.net = net;
    }

    /**
     * @param file  for messages
     * @param shape of the images
     * @throws UserError naming the first vertex that has no counterpart
     */
    static Read read(Path file, ComputationGraph net, Shape shape) {
        StockGraphReader reader = new StockGraphReader(file, net);
        List<String> inputs = net.getConfiguration().getNetworkInputs();
        if (inputs.size() != 1) throw new UserError(file + " has " + inputs.size() + " inputs; OneBit's networks have one.");
        try {
            reader.add(new Node.Input(inputs.getFirst(), shape));
            for (int index : net.topologicalSortOrder()) {
                String name = net.getVertices()[index].getVertexName();
                if (!inputs.contains(name)) reader.add(name, net.getConfiguration().getVertices().get(name), net.getConfiguration().getVertexInputs().get(name));
            }
            return new Read(new Graph(reader.nodes), reader.state);
        } catch (IllegalArgumentException e) {
            throw new UserError(file + " holds no network that OneBit can execute: " + e.getMessage(), e);
        }
    }

    private void add(Node node) {
        nodes.add(node);
        outputs.put(node.name(), new Output(node.name(), Stage.NODE));
    }

    private UserError unknown(String name, Object what) {
        return new UserError(file + " has a vertex '" + name + "' that OneBit has no counterpart for: " + what.getClass().getSimpleName()
            + ", or one with other settings. It reads networks of the layers that 'onebit export --format dl4j' writes.");
    }

    /** The node whose output a vertex reads. */
    private String node(String name, GraphVertex vertex, String input) {
        Output output = outputs.get(input);
        if (output.stage != Stage.NODE) throw unknown(name, vertex);
        return output.node;
    }

    private void add(String name, GraphVertex vertex, List<String> inputs) {
        Output first = outputs.get(inputs.getFirst());
        switch (vertex) {
            case LayerVertex v when v.getPreProcessor() == null -> layer(name, v.getLayerConf().getLayer(), first);
            case ElementWiseVertex v when v.getOp() == ElementWiseVertex.Op.Add && inputs.size() == 2 ->
                add(new Node.Add(name, node(name, v, inputs.get(0)), node(name, v, inputs.get(1))));
            case ShiftVertex v when first.stage == Stage.NODE && v.getShiftFactor() == StockGraph.SHIFT ->
                outputs.put(name, new Output(first.node, Stage.SHIFTED));
            case ShiftVertex v when first.stage == Stage.SHIFTED_AND_RECTIFIED && v.getShiftFactor() == -StockGraph.SHIFT ->
                add(new Node.ShiftedReLU(name, first.node));
            case ScaleVertex v when v.getScaleFactor() == 0 && first.stage == Stage.NODE -> outputs.put(name, new Output(first.node, Stage.ZEROS));
            case ScaleVertex v -> add(new Node.Scale(name, node(name, v, inputs.getFirst()), v.getScaleFactor()));
            case MergeVertex v when inputs.size() == 2 && outputs.get(inputs.get(1)).equals(new Output(first.node, Stage.ZEROS)) ->
                add(new Node.ChannelDoubling(name, node(name, v, inputs.getFirst())));
            default -> throw unknown(name, vertex);
        }
    }

    private void layer(String name, Layer layer, Output in) {
        if (!LAYERS.contains(layer.getClass())) throw unknown(name, layer);
        switch (layer) {
            case ConvolutionLayer c when in.stage == Stage.NODE || in.stage == Stage.PADDED -> convolution(name, c, in);
            case ActivationLayer a when rectifier(a) && in.stage == Stage.SHIFTED ->
                outputs.put(name, new Output(in.node, Stage.SHIFTED_AND_RECTIFIED));
            case Layer any when in.stage != Stage.NODE -> throw unknown(name, any);
            case ZeroPaddingLayer p when p.getDataFormat() == CNN2DFormat.NCHW -> outputs.put(name, new Output(in.node, Stage.PADDED,
                new Padding(p.getPadding()[0], p.getPadding()[1], p.getPadding()[2], p.getPadding()[3])));
            case BatchNormalization n when !n.isUseLogStd() && n.getCnn2DFormat() == CNN2DFormat.NCHW && (!n.isLockGammaBeta() || n.getGamma() == 1 && n.getBeta() == 0) -> batchNorm(name, n, in);
            case ActivationLayer a when rectifier(a) -> add(new Node.ReLU(name, in.node));
            case SubsamplingLayer p when p.getPoolingType() == PoolingType.AVG && square(p.getKernelSize()) && square(p.getStride()) && dense(p.getDilation())
                && !p.isAvgPoolIncludePadInDivisor() && p.getCnn2dDataFormat() == CNN2DFormat.NCHW -> add(new Node.AveragePool(name, in.node, p.getKernelSize()[0], p.getStride()[0],
                    padding(in.node, p.getConvolutionMode(), p.getPadding(), p.getKernelSize()[0], p.getStride()[0])));
            case GlobalPoolingLayer p when p.getPoolingType() == PoolingType.AVG && overPositions(p) -> add(new Node.GlobalPool(name, in.node));
            case LossLayer l when l.getActivationFn() instanceof ActivationSoftmax -> add(new Node.SoftmaxLoss(name, in.node));
            default -> throw unknown(name, layer);
        }
    }

    private void convolution(String name, ConvolutionLayer c, Output in) {
        if (c.isHasBias() || !square(c.getKernelSize()) || !square(c.getStride()) || !dense(c.getDilation()) || c.getCnn2dDataFormat() != CNN2DFormat.NCHW
            || !(c.getActivationFn() instanceof ActivationIdentity)) throw unknown(name, c);
        // Padding of its own beside that of a layer before it: the graph has no node for both.
        if (in.stage == Stage.PADDED && (c.getConvolutionMode() == ConvolutionMode.Same || c.getPadding()[0] != 0 || c.getPadding()[1] != 0))
            throw unknown(name, c);
        int kernel = c.getKernelSize()[0], stride = c.getStride()[0];
        Padding padding = in.stage == Stage.PADDED ? in.padding : padding(in.node, c.getConvolutionMode(), c.getPadding(), kernel, stride);
        float[] weights = values(name, "W");
        int fanIn = kernel * kernel * (int) c.getNIn();
        add(new Node.Conv(name, in.node, (int) c.getNIn(), (int) c.getNOut(), kernel, stride, padding, quantizer(weights, fanIn)));
        put(name, Graph.Role.WEIGHT, List.of((int) c.getNOut(), (int) c.getNIn(), kernel, kernel), weights);
    }

    /** Weights of two values, plus and minus the layer's constant, are one bit each. */
    private static WeightQuantizer quantizer(float[] weights, int fanIn) {
        float scale = OneBit.scale(fanIn);
        for (float w : weights) if (Math.abs(w) != scale) return new FullPrecision();
        return new OneBit();
    }

    private void batchNorm(String name, BatchNormalization n, Output in) {
        add(new Node.BatchNorm(name, in.node, !n.isLockGammaBeta(), n.getEps(), n.getDecay()));
        List<Integer> channels = List.of((int) n.getNOut());
        if (!n.isLockGammaBeta()) {
            put(name, Graph.Role.SCALE, channels, values(name, "gamma"));
            put(name, Graph.Role.OFFSET, channels, values(name, "beta"));
        }
        put(name, Graph.Role.MEAN, channels, values(name, "mean"));
        put(name, Graph.Role.VARIANCE, channels, values(name, "var"));
    }

    private void put(String name, Graph.Role role, List<Integer> shape, float[] values) {
        state.put(role.of(name), new Tensor(shape, values));
    }

    private float[] values(String vertex, String parameter) {
        INDArray array = net.getLayer(vertex).getParam(parameter);
        return array.dup('c').reshape('c', new long[] {array.length()}).toFloatVector();
    }

    /** SAME depends on the size of what is padded, which the nodes so far tell. */
    private Padding padding(String input, ConvolutionMode mode, int[] padding, int size, int stride) {
        if (mode != ConvolutionMode.Same) return new Padding(padding[0], padding[0], padding[1], padding[1]);
        Shape in = shape(input);
        return Padding.same(in.height(), in.width(), size, stride);
    }

    private Shape shape(String node) {
        for (Node n : nodes) if (!shapes.containsKey(n.name())) shapes.put(n.name(), Graph.shapeOf(n, shapes));
        return shapes.get(node);
    }

    /** Without dimensions it pools over those of images: rows and columns. */
    private static boolean overPositions(GlobalPoolingLayer p) {
        return p.isCollapseDimensions() && (p.getPoolingDimensions() == null || Arrays.equals(p.getPoolingDimensions(), new int[] {2, 3}));
    }

    private static boolean square(int[] sides) {
        return sides[0] == sides[1];
    }

    private static boolean dense(int[] dilation) {
        return dilation[0] == 1 && dilation[1] == 1;
    }

    /** Whether an activation is max(0, x), without slope, ceiling or threshold. */
    private static boolean rectifier(ActivationLayer a) {
        return a.getActivationFn().equals(new ActivationReLU());
    }
}
