package onebit.reference;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import onebit.engine.Batch;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.Graph.Role;
import onebit.model.Node;
import onebit.model.Shape;

/**
 * One batch through a graph, forward when made and then, in training, backward: the nodes in order and in reverse
 * order, each with a small function for either direction. Keeps every activation and every gradient.
 */
final class Propagation {

    private final Graph graph;
    private final Map<String, double[]> parameters;
    private final boolean training;
    private final int count;
    private final int[] labels;
    private final Map<String, Images> activations = new HashMap<>();
    private final Map<String, Images> gradients = new HashMap<>();
    private final Map<String, double[]> quantized = new HashMap<>();
    private final Map<String, Normalization> normalizations = new HashMap<>();
    private final Map<String, double[]> parameterGradients = new LinkedHashMap<>();

    /**
     * Runs forward.
     *
     * @param parameters values by parameter name, read only
     * @param training   whether batch norm takes the batch's moments or the running averages
     */
    Propagation(Graph graph, Map<String, double[]> parameters, Batch batch, boolean training) {
        this.graph = graph;
        this.parameters = parameters;
        this.training = training;
        this.count = batch.size();
        this.labels = batch.labels(graph.classes());
        for (Node node : graph.nodes()) activations.put(node.name(), forward(node, batch));
    }

    private static Images images(Batch batch, Shape shape) {
        Images images = Images.zeros(batch.size(), shape);
        float[] pixels = new float[shape.size()];
        for (int i = 0; i < batch.size(); i++) {
            batch.read(i, pixels);
            for (int j = 0; j < pixels.length; j++) images.values()[i * pixels.length + j] = pixels[j];
        }
        return images;
    }

    /** What a node put out. The loss node's are the softmax probabilities. */
    Images activation(String node) {
        return activations.get(node);
    }

    /** Gradient of the mean loss with respect to a node's output; after {@link #backward}. */
    Images gradient(String node) {
        return gradients.computeIfAbsent(node, name -> Images.zeros(count, graph.shape(name)));
    }

    /** The moments that a batch norm used. */
    Normalization normalization(String norm) {
        return normalizations.get(norm);
    }

    /** Mean loss and the number of right answers. */
    StepResult result() {
        double loss = 0;
        int correct = 0;
        double[] logits = logits();
        int classes = graph.classes();
        for (int i = 0; i < count; i++) {
            double[] image = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
            loss += (logSumOfExponentials(image) - image[labels[i]]) / count;
            if (firstOfGreatest(image) == labels[i]) correct++;
        }
        return new StepResult(loss, correct);
    }

    /** Inputs of the loss, image by image. */
    double[] logits() {
        return input(graph.nodes().getLast()).values();
    }

    /** Runs backward and gives the gradient of the mean loss with respect to every trainable parameter, by name. */
    Map<String, double[]> backward() {
        if (!training) throw new IllegalStateException("A pass with running averages has no backward.");
        for (Node node : graph.nodes().reversed()) backward(node);
        return parameterGradients;
    }

    private Images forward(Node node, Batch batch) {
        return switch (node) {
            case Node.Input n -> images(batch, n.shape());
            case Node.Conv n -> convolution(n).forward(input(n), weights(n));
            case Node.BatchNorm n -> normalize(n, input(n)).forward(input(n));
            case Node.ReLU n -> map(input(n), x -> Math.max(0, x));
            case Node.ShiftedReLU n -> map(input(n), x -> Math.max(-1, x));
            case Node.Scale n -> map(input(n), x -> n.factor() * x);
            case Node.AveragePool n -> pooling(n).forward(input(n));
            case Node.ChannelDoubling n -> doubleChannels(input(n), graph.shape(n.name()));
            case Node.Add n -> add(activation(n.left()), activation(n.right()));
            case Node.GlobalPool n -> meanOverPositions(input(n), graph.shape(n.name()));
            case Node.SoftmaxLoss n -> softmax(input(n));
        };
    }

    /** Adds to the gradients of the node's inputs, given that of its output. */
    private void backward(Node node) {
        if (node instanceof Node.Input) return;
        Images x = input(node), y = activation(node.name()), dy = gradient(node.name()), dx = gradient(node.inputs().getFirst());
        switch (node) {
            case Node.Input n -> {}
            case Node.Conv n -> {
                convolution(n).backwardData(dy, weights(n), dx);
                // Straight through the quantizer: the gradient of the quantized weights is that of the weights.
                parameterGradients.put(Role.WEIGHT.of(n.name()), convolution(n).backwardWeights(x, dy));
            }
            case Node.BatchNorm n -> {
                Normalization.Gradients g = normalization(n.name()).backward(x, dy, dx);
                if (n.affine()) {
                    parameterGradients.put(Role.SCALE.of(n.name()), g.scale());
                    parameterGradients.put(Role.OFFSET.of(n.name()), g.offset());
                }
            }
            case Node.ReLU n -> accumulate(dx, i -> x.values()[i] > 0 ? dy.values()[i] : 0);
            case Node.ShiftedReLU n -> accumulate(dx, i -> x.values()[i] > -1 ? dy.values()[i] : 0);
            case Node.Scale n -> accumulate(dx, i -> n.factor() * dy.values()[i]);
            case Node.AveragePool n -> pooling(n).backward(dy, dx);
            case Node.ChannelDoubling n -> {
                int size = dx.shape().size();
                accumulate(dx, i -> dy.values()[i / size * 2 * size + i % size]);
            }
            case Node.Add n -> {
                accumulate(dx, i -> dy.values()[i]);
                accumulate(gradient(n.right()), i -> dy.values()[i]);
            }
            case Node.GlobalPool n -> accumulate(dx, i -> dy.values()[i / dx.planeSize()] / dx.planeSize());
            case Node.SoftmaxLoss n -> accumulate(dx, i -> {
                int classes = graph.classes();
                return (y.values()[i] - (i % classes == labels[i / classes] ? 1 : 0)) / count;
            });
        }
    }

    private Images input(Node node) {
        return activation(node.inputs().getFirst());
    }

    private Convolution convolution(Node.Conv n) {
        return new Convolution(n, graph.shape(n.input()), graph.shape(n.name()));
    }

    private Pooling pooling(Node.AveragePool n) {
        return new Pooling(n, graph.shape(n.input()), graph.shape(n.name()));
    }

    /** The weights that the convolution uses. */
    private double[] weights(Node.Conv n) {
        return quantized.computeIfAbsent(n.name(), name -> {
            double[] weights = parameters.get(Role.WEIGHT.of(name)), used = new double[weights.length];
            n.quantizer().quantize(weights, n.fanIn(), used);
            return used;
        });
    }

    private Normalization normalize(Node.BatchNorm n, Images x) {
        double[] scale = new double[x.shape().channels()], offset = new double[x.shape().channels()];
        Arrays.fill(scale, 1);
        if (n.affine()) {
            scale = parameters.get(Role.SCALE.of(n.name()));
            offset = parameters.get(Role.OFFSET.of(n.name()));
        }
        Normalization normalization = training ? Normalization.ofBatch(n, x, scale, offset)
            : new Normalization(n, parameters.get(Role.MEAN.of(n.name())), parameters.get(Role.VARIANCE.of(n.name())), scale, offset);
        normalizations.put(n.name(), normalization);
        return normalization;
    }

    private static Images map(Images x, DoubleUnaryOperator function) {
        return new Images(x.count(), x.shape(), Arrays.stream(x.values()).map(function).toArray());
    }

    private static void accumulate(Images sum, IntToDoubleFunction term) {
        for (int i = 0; i < sum.values().length; i++) sum.values()[i] += term.applyAsDouble(i);
    }

    private static Images doubleChannels(Images x, Shape shape) {
        Images y = Images.zeros(x.count(), shape);
        int size = x.shape().size();
        for (int image = 0; image < x.count(); image++) System.arraycopy(x.values(), image * size, y.values(), image * 2 * size, size);
        return y;
    }

    private static Images add(Images left, Images right) {
        Images sum = Images.zeros(left.count(), left.shape());
        accumulate(sum, i -> left.values()[i] + right.values()[i]);
        return sum;
    }

    private static Images meanOverPositions(Images x, Shape shape) {
        Images y = Images.zeros(x.count(), shape);
        for (int i = 0; i < x.values().length; i++) y.values()[i / x.planeSize()] += x.values()[i] / x.planeSize();
        return y;
    }

    private static Images softmax(Images logits) {
        Images probabilities = Images.zeros(logits.count(), logits.shape());
        int classes = logits.shape().channels();
        for (int image = 0; image < logits.count(); image++) {
            double[] values = Arrays.copyOfRange(logits.values(), image * classes, (image + 1) * classes);
            double logSum = logSumOfExponentials(values);
            for (int c = 0; c < classes; c++) probabilities.values()[image * classes + c] = Math.exp(values[c] - logSum);
        }
        return probabilities;
    }

    private static double logSumOfExponentials(double[] values) {
        double greatest = Arrays.stream(values).max().orElseThrow();
        return greatest + Math.log(Arrays.stream(values).map(v -> Math.exp(v - greatest)).sum());
    }

    private static int firstOfGreatest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
        return best;
    }
}
