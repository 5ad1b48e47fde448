package onebit.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network: nodes in an order in which each reads only earlier ones, from one {@link Node.Input} to one
 * {@link Node.SoftmaxLoss}. Checked when made; immutable.
 */
public final class Graph {

    private final List<Node> nodes;
    private final Map<String, Node> byName = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final List<Parameter> parameters = new ArrayList<>();

    /**
     * A tensor that the network owns.
     *
     * @param name      node name and role, for example {@code stage1.block1.conv1.weight}
     * @param shape     (output channels, input channels, rows, columns) for weights, (channels) for the others
     * @param role      what it is
     */
    public record Parameter(String name, List<Integer> shape, Role role, Node node) {
        /** Number of values. */
        public int size() {
            return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
        }

        /** Whether training moves it along its gradient (and so keeps a momentum for it). */
        public boolean trainable() {
            return role == Role.WEIGHT || role == Role.SCALE || role == Role.OFFSET;
        }
    }

    /** Roles of parameters; the suffix of their names. */
    public enum Role {
        WEIGHT, SCALE, OFFSET, MEAN, VARIANCE;

        public String of(String node) {
            return node + "." + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public Graph(List<Node> nodes) {
        this.nodes = List.copyOf(nodes);
        for (Node node : this.nodes) add(node);
        if (this.nodes.isEmpty() || !(this.nodes.getFirst() instanceof Node.Input) || !(this.nodes.getLast() instanceof Node.SoftmaxLoss))
            throw new IllegalArgumentException("A graph begins with its input and ends with its loss.");
        for (Node node : this.nodes)
            if (node != this.nodes.getLast() && readers(node.name()).isEmpty())
                throw new IllegalArgumentException("No node reads '" + node.name() + "'; connect it or leave it out.");
    }

    private void add(Node node) {
        if (byName.containsKey(node.name()))
            throw new IllegalArgumentException("Two nodes are called '" + node.name() + "'; names must be unique.");
        for (String input : node.inputs())
            if (!byName.containsKey(input))
                throw new IllegalArgumentException("Node '" + node.name() + "' reads '" + input + "', which does not come before it.");
        if (node instanceof Node.Input && !byName.isEmpty())
            throw new IllegalArgumentException("A graph has one input, and it comes first; '" + node.name() + "' is another.");
        for (String input : node.inputs())
            if (byName.get(input) instanceof Node.SoftmaxLoss)
                throw new IllegalArgumentException("Node '" + node.name() + "' reads the loss '" + input + "', which must be the last node.");
        Shape shape = shapeOf(node, shapes);
        byName.put(node.name(), node);
        shapes.put(node.name(), shape);
        addParameters(node);
    }

    /** Shape of a node's output, given those of its inputs by name. */
    public static Shape shapeOf(Node node, Map<String, Shape> shapes) {
        return switch (node) {
            case Node.Input n -> n.shape();
            case Node.Conv n -> {
                Shape in = shapes.get(n.input());
                if (in.channels() != n.inputChannels())
                    throw new IllegalArgumentException("Convolution '" + n.name() + "' expects " + n.inputChannels()
                        + " channels, its input '" + n.input() + "' has " + in.channels() + ".");
                yield windows(n.name(), in, n.outputChannels(), n.kernel(), n.stride(), n.padding());
            }
            case Node.AveragePool n -> windows(n.name(), shapes.get(n.input()), shapes.get(n.input()).channels(), n.size(), n.stride(), n.padding());
            case Node.ChannelDoubling n -> {
                Shape in = shapes.get(n.input());
                yield new Shape(2 * in.channels(), in.height(), in.width());
            }
            case Node.Add n -> {
                Shape left = shapes.get(n.left()), right = shapes.get(n.right());
                if (!left.equals(right))
                    throw new IllegalArgumentException("'" + n.name() + "' adds " + left + " and " + right + "; both must have the same shape.");
                yield left;
            }
            case Node.GlobalPool n -> new Shape(shapes.get(n.input()).channels(), 1, 1);
            case Node.SoftmaxLoss n -> {
                Shape in = shapes.get(n.input());
                if (in.height() != 1 || in.width() != 1)
                    throw new IllegalArgumentException("The loss '" + n.name() + "' needs one value a class, not " + in + ".");
                yield in;
            }
            case Node.BatchNorm n -> shapes.get(n.input());
            case Node.ReLU n -> shapes.get(n.input());
            case Node.ShiftedReLU n -> shapes.get(n.input());
            case Node.Scale n -> shapes.get(n.input());
        };
    }

    private static Shape windows(String node, Shape in, int channels, int size, int stride, Padding padding) {
        if (in.height() + padding.top() + padding.bottom() < size || in.width() + padding.left() + padding.right() < size)
            throw new IllegalArgumentException("The " + size + "x" + size + " window of '" + node + "' does not fit into its input "
                + in + " with its padding.");
        return new Shape(channels, padding.outputHeight(in.height(), size, stride), padding.outputWidth(in.width(), size, stride));
    }

    private void addParameters(Node node) {
        switch (node) {
            case Node.Conv n -> parameters.add(new Parameter(Role.WEIGHT.of(n.name()),
                List.of(n.outputChannels(), n.inputChannels(), n.kernel(), n.kernel()), Role.WEIGHT, n));
            case Node.BatchNorm n -> {
                List<Integer> channels = List.of(shape(n.name()).channels());
                if (n.affine()) {
                    parameters.add(new Parameter(Role.SCALE.of(n.name()), channels, Role.SCALE, n));
                    parameters.add(new Parameter(Role.OFFSET.of(n.name()), channels, Role.OFFSET, n));
                }
                parameters.add(new Parameter(Role.MEAN.of(n.name()), channels, Role.MEAN, n));
                parameters.add(new Parameter(Role.VARIANCE.of(n.name()), channels, Role.VARIANCE, n));
            }
            default -> {}
        }
    }

    /** All nodes, each after those it reads. */
    public List<Node> nodes() {
        return nodes;
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public Node node(String name) {
        Node node = byName.get(name);
        if (node == null) throw new IllegalArgumentException("The network has no node '" + name + "'.");
        return node;
    }

    /** Shape of the node's output. */
    public Shape shape(String name) {
        node(name);
        return shapes.get(name);
    }

    /** The nodes that read this one. */
    public List<Node> readers(String name) {
        return nodes.stream().filter(n -> n.inputs().contains(name)).toList();
    }

    public Shape inputShape() {
        return shapes.get(nodes.getFirst().name());
    }

    /** Number of classes that the loss tells apart. */
    public int classes() {
        return shapes.get(nodes.getLast().name()).channels();
    }

    /** Every tensor of the network, in the order of the nodes. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** The convolutions, in order. */
    public List<Node.Conv> convolutions() {
        return nodes.stream().filter(n -> n instanceof Node.Conv).map(n -> (Node.Conv) n).toList();
    }

    /** Multiply-accumulates of the convolutions for one image, forward. */
    public long multiplyAccumulates() {
        return convolutions().stream().mapToLong(c -> {
            Shape out = shape(c.name());
            return (long) c.weights() * out.height() * out.width();
        }).sum();
    }

    /**
     * 10^15 floating-point operations of training on so many images: 6 a multiply-accumulate and image, forward and twice
     * backward, a product and a sum each.
     */
    public double trainingPflops(double images) {
        return 6.0 * multiplyAccumulates() * images / 1e15;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Graph g && g.nodes.equals(nodes);
    }

    @Override
    public int hashCode() {
        return nodes.hashCode();
    }
}
