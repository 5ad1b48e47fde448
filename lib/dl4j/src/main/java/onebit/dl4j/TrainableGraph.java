package onebit.dl4j;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onebit.dl4j.layer.AveragePool;
import onebit.dl4j.layer.BatchNorm;
import onebit.dl4j.layer.ChannelDoubling;
import onebit.dl4j.layer.MomentumDescent;
import onebit.dl4j.layer.QuantizedConvolution;
import onebit.dl4j.layer.Rectification;
import onebit.dl4j.layer.Rectifier;
import onebit.dl4j.layer.ScaledGlobalPool;
import onebit.dl4j.layer.SoftmaxCrossEntropy;
import onebit.engine.NetworkOptions;
import onebit.model.Graph;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;

/**
 * A graph as DL4J's {@code ComputationGraph} with the layers of {@link onebit.dl4j.layer}. A vertex has its node's name.
 * A rectifier that alone reads a batch norm becomes part of it, and a scale next to the global pool part of that: the
 * fewer passes over the images, the faster.
 */
final class TrainableGraph {

    private final Graph graph;
    private final GraphBuilder builder;
    /** Vertex that gives a node's output, by the node's name. */
    private final Map<String, String> vertices = new HashMap<>();

    private TrainableGraph(Graph graph, GraphBuilder builder) {
        this.graph = graph;
        this.builder = builder;
    }

    /** @throws UnsupportedOperationException naming the node that these layers cannot execute */
    static ComputationGraphConfiguration configuration(Graph graph, NetworkOptions options) {
        NeuralNetConfiguration.Builder common = new NeuralNetConfiguration.Builder().updater(new MomentumDescent(options.momentum(), 0))
            .trainingWorkspaceMode(WorkspaceMode.ENABLED).inferenceWorkspaceMode(WorkspaceMode.ENABLED);
        if (options.weightDecay() > 0) common.l2(options.weightDecay());
        TrainableGraph translation = new TrainableGraph(graph, common.graphBuilder());
        graph.nodes().forEach(translation::add);
        return translation.builder.build();
    }

    private void add(Node node) {
        switch (node) {
            case Node.Input n -> {
                Shape s = n.shape();
                builder.addInputs(n.name()).setInputTypes(InputType.convolutional(s.height(), s.width(), s.channels(), CNN2DFormat.NHWC));
                vertices.put(n.name(), n.name());
            }
            case Node.Conv n -> layer(n, new QuantizedConvolution(n.inputChannels(), n.outputChannels(), n.kernel(), n.stride(), n.padding(), n.quantizer()));
            case Node.BatchNorm n -> layer(n, new BatchNorm(graph.shape(n.name()).channels(), n.affine(), n.epsilon(), n.momentum(),
                onlyReader(n) instanceof Node reader ? rectifier(reader) : Rectifier.NONE));
            case Node.ReLU n -> rectify(n);
            case Node.ShiftedReLU n -> rectify(n);
            case Node.AveragePool n -> {
                requirePoolable(n);
                Padding p = n.padding();
                layer(n, new AveragePool(n.size(), n.stride(), new int[] {p.top(), p.bottom(), p.left(), p.right()}));
            }
            case Node.ChannelDoubling n -> layer(n, new ChannelDoubling());
            case Node.Add n -> {
                builder.addVertex(n.name(), new ElementWiseVertex(ElementWiseVertex.Op.Add), vertices.get(n.left()), vertices.get(n.right()));
                vertices.put(n.name(), n.name());
            }
            case Node.Scale n -> {
                if (isPartOfPool(n)) vertices.put(n.name(), vertices.get(n.input()));
                else {
                    builder.addVertex(n.name(), new ScaleVertex(n.factor()), vertices.get(n.input()));
                    vertices.put(n.name(), n.name());
                }
            }
            case Node.GlobalPool n -> layer(n, new ScaledGlobalPool(factorBefore(n) * factorAfter(n)));
            case Node.SoftmaxLoss n -> {
                builder.addLayer(n.name(), new LossLayer.Builder(new SoftmaxCrossEntropy()).build(), vertices.get(n.input()));
                builder.setOutputs(n.name());
            }
        }
    }

    private void layer(Node.Unary node, org.deeplearning4j.nn.conf.layers.Layer layer) {
        builder.addLayer(node.name(), layer, vertices.get(node.input()));
        vertices.put(node.name(), node.name());
    }

    private void rectify(Node.Unary node) {
        Node before = graph.node(node.input());
        if (before instanceof Node.BatchNorm && onlyReader(before) == node) vertices.put(node.name(), vertices.get(node.input()));
        else layer(node, new Rectification(rectifier(node)));
    }

    private static Rectifier rectifier(Node node) {
        return switch (node) {
            case Node.ReLU n -> Rectifier.RELU;
            case Node.ShiftedReLU n -> Rectifier.SHIFTED_RELU;
            default -> Rectifier.NONE;
        };
    }

    /** The node that alone reads another; null if several do. */
    private Node onlyReader(Node node) {
        List<Node> readers = graph.readers(node.name());
        return readers.size() == 1 ? readers.getFirst() : null;
    }

    private boolean isPartOfPool(Node.Scale n) {
        return onlyReader(n) instanceof Node.GlobalPool || graph.node(n.input()) instanceof Node.GlobalPool pool && onlyReader(pool) == n;
    }

    private double factorBefore(Node.GlobalPool pool) {
        return graph.node(pool.input()) instanceof Node.Scale s && onlyReader(s) == pool ? s.factor() : 1;
    }

    private double factorAfter(Node.GlobalPool pool) {
        return onlyReader(pool) instanceof Node.Scale s ? s.factor() : 1;
    }

    private void requirePoolable(Node.AveragePool n) {
        Padding p = n.padding();
        Shape in = graph.shape(n.input());
        boolean alike = p.top() == p.bottom() && p.left() == p.right();
        if (!alike && !p.equals(Padding.same(in.height(), in.width(), n.size(), n.stride())))
            throw new UnsupportedOperationException("The average pool '" + n.name() + "' has " + p
                + ". The dl4j engine pools with the same padding on opposite sides, or with TensorFlow's SAME; use the reference engine.");
    }
}
