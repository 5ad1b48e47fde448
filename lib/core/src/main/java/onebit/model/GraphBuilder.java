package onebit.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onebit.quant.WeightQuantizer;

/** Writes down a network from its input to its loss: each node reads the one before, unless told otherwise. */
public final class GraphBuilder {

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private String top;

    public GraphBuilder(String input, Shape shape) {
        append(new Node.Input(input, shape));
    }

    /** Name of the node that the next one will read. */
    public String top() {
        return top;
    }

    /** Shape of that node's output. */
    public Shape shape() {
        return shapes.get(top);
    }

    /** Lets the next node read this earlier one. */
    public GraphBuilder continueAt(String node) {
        check(node);
        top = node;
        return this;
    }

    public GraphBuilder batchNorm(String name, boolean affine) {
        return append(new Node.BatchNorm(name, top, affine));
    }

    public GraphBuilder relu(String name) {
        return append(new Node.ReLU(name, top));
    }

    public GraphBuilder shiftedReLU(String name) {
        return append(new Node.ShiftedReLU(name, top));
    }

    public GraphBuilder convolve(String name, int channels, int kernel, int stride, Padding padding, WeightQuantizer quantizer) {
        return append(new Node.Conv(name, top, shape().channels(), channels, kernel, stride, padding, quantizer));
    }

    public GraphBuilder averagePool(String name, int size, int stride, Padding padding) {
        return append(new Node.AveragePool(name, top, size, stride, padding));
    }

    public GraphBuilder channelDoubling(String name) {
        return append(new Node.ChannelDoubling(name, top));
    }

    public GraphBuilder add(String name, String left, String right) {
        return append(new Node.Add(name, left, right));
    }

    public GraphBuilder scale(String name, double factor) {
        return append(new Node.Scale(name, top, factor));
    }

    public GraphBuilder globalPool(String name) {
        return append(new Node.GlobalPool(name, top));
    }

    /** Ends the network. */
    public Graph softmaxLoss(String name) {
        append(new Node.SoftmaxLoss(name, top));
        return new Graph(nodes);
    }

    private GraphBuilder append(Node node) {
        node.inputs().forEach(this::check);
        shapes.put(node.name(), Graph.shapeOf(node, shapes));
        nodes.add(node);
        top = node.name();
        return this;
    }

    private void check(String node) {
        if (!shapes.containsKey(node)) throw new IllegalArgumentException("There is no node '" + node + "' yet.");
    }
}
