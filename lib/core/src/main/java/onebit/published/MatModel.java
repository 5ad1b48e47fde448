package onebit.published;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import onebit.data.CifarSet;
import onebit.model.Graph;
import onebit.model.Model;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.PlainNet;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.model.WideResNet;
import onebit.published.PublishedLayers.Norm;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;

/**
 * The authors' MAT files as models. Three layouts are recognised by the names of their variables:
 * <ul>
 * <li>Keras: {@code conv2d}, {@code conv2d_1}, ... and {@code batch_normalization...}; padding is TensorFlow's SAME;</li>
 * <li>Matlab: {@code BinaryWeights} and others; padding 1 on every side, and a ReLU after the input's batch norm too;</li>
 * <li>plain: {@code BooleanSingleBitWeights} and others; the network without skips.</li>
 * </ul>
 * Depth, width and classes come from the file; the images are CIFAR's.
 */
public final class MatModel {

    /** Relative: the constants are stored in float32. */
    private static final double TOLERANCE = 1e-6;

    private final MatVariables file;
    private final PublishedLayers layers;

    private MatModel(MatVariables file) {
        this.file = file;
        this.layers = PublishedLayers.of(file);
    }

    /**
     * Reads a published model. Its weights are +1 and -1 under the {@link OneBit} quantizer.
     *
     * @throws onebit.run.UserError if the file is not a MAT file, is truncated, lacks arrays, or has some that do not fit together
     */
    public static Model read(Path file) {
        return new MatModel(MatVariables.read(file)).model(file.getFileName().toString());
    }

    private Model model(String name) {
        int depth = layers.convolutions().size();
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw file.error("it has " + depth + " convolutions; expected were 6n + 2 (8, 14, 20, ...).");
        int outputs = layers.convolutions().getFirst().shape().getFirst(), width = Math.max(1, outputs / WideResNet.BASE_CHANNELS);
        if (width > WideResNet.MAX_WIDTH)
            throw file.error("its first convolution has " + outputs + " outputs; expected were at most " + WideResNet.MAX_WIDTH * WideResNet.BASE_CHANNELS + ".");
        int classes = layers.convolutions().getLast().shape().getFirst();
        String dataset = switch (classes) {
            case 10 -> "cifar10";
            case 100 -> "cifar100";
            default -> throw file.error("it tells " + classes + " classes apart; expected were CIFAR's 10 or 100.");
        };
        Shape images = CifarSet.SHAPE;
        WeightQuantizer quantizer = quantizer();
        Graph graph = switch (layers.layout()) {
            case KERAS -> WideResNet.graph(new WideResNet.Spec(depth, width, classes, WideResNet.Activation.BATCH_NORM, quantizer,
                images, WideResNet.Variant.KERAS));
            case MATLAB -> WideResNet.graph(new WideResNet.Spec(depth, width, classes, WideResNet.Activation.BATCH_NORM, quantizer,
                images, WideResNet.Variant.MATLAB));
            case PLAIN -> PlainNet.graph(new PlainNet.Spec(depth, width, classes, quantizer, images));
        };
        String kind = layers.layout() == PublishedLayers.Layout.PLAIN ? "plain " : "WRN-";
        return new Model(graph, state(graph, kind + depth + "-" + width), dataset,
            kind + depth + "-" + width + " with one bit a weight, from " + name + " (" + layers.layout().title() + ")");
    }

    /**
     * One bit a weight, unless the file's constants are others than the method's and something between the convolution
     * and the next batch norm would feel the difference. In the plain network nothing does: see {@link #factor}.
     */
    private WeightQuantizer quantizer() {
        if (layers.layout() == PublishedLayers.Layout.PLAIN) return new OneBit();
        for (int i = 0; i < layers.constants().size(); i++)
            if (Math.abs(constant(i) / methodConstant(i) - 1) > TOLERANCE) return new FullPrecision();
        return new OneBit();
    }

    private double constant(int convolution) {
        return layers.constants().isEmpty() ? methodConstant(convolution) : layers.constants().get(convolution);
    }

    private double methodConstant(int convolution) {
        List<Integer> shape = layers.convolutions().get(convolution).shape();
        return OneBit.scale(shape.get(1) * shape.get(2) * shape.get(3));
    }

    /**
     * On mean and deviation of a batch norm. The published plain network was trained with constants of sqrt(4 / fan-in),
     * not the method's sqrt(2 / fan-in). There each convolution is followed by a batch norm, and one that expects
     * values smaller by a factor gives the same from such values, so the weights stay bits with the method's constant.
     */
    private double factor(int norm) {
        if (layers.layout() != PublishedLayers.Layout.PLAIN || norm == 0) return 1;
        return methodConstant(norm - 1) / constant(norm - 1);
    }

    private NamedTensors state(Graph graph, String network) {
        List<Node.Conv> convolutions = graph.convolutions();
        List<Node.BatchNorm> norms = new ArrayList<>();
        for (Node node : graph.nodes()) if (node instanceof Node.BatchNorm norm) norms.add(norm);
        if (norms.size() != layers.norms().size())
            throw file.error("it has " + layers.norms().size() + " batch norms; a " + network + " has " + norms.size() + ".");
        NamedTensors state = new NamedTensors();
        for (int i = 0; i < convolutions.size(); i++) putConvolution(state, convolutions.get(i), i, network);
        for (int i = 0; i < norms.size(); i++) putNorm(state, norms.get(i), graph.shape(norms.get(i).name()).channels(), i, network);
        return state;
    }

    private void putConvolution(NamedTensors state, Node.Conv conv, int i, String network) {
        Tensor signs = layers.convolutions().get(i);
        List<Integer> expected = List.of(conv.outputChannels(), conv.inputChannels(), conv.kernel(), conv.kernel());
        if (!signs.shape().equals(expected))
            throw file.error("convolution " + (i + 1) + " has (outputs, inputs, rows, columns) " + signs.shape() + "; in a " + network
                + " it has " + expected + ".");
        if (!layers.strides().isEmpty() && (layers.strides().get(i) != conv.stride() || layers.paddings().get(i) != conv.padding().top()))
            throw file.error("convolution " + (i + 1) + " has stride " + layers.strides().get(i) + " and padding " + layers.paddings().get(i)
                + "; in a " + network + " it has " + conv.stride() + " and " + conv.padding().top() + ".");
        state.put(Graph.Role.WEIGHT.of(conv.name()), switch (conv.quantizer()) {
            case OneBit _ -> signs;
            default -> scaled(signs, (float) constant(i));
        });
    }

    private static Tensor scaled(Tensor signs, float constant) {
        float[] values = new float[signs.size()];
        for (int i = 0; i < values.length; i++) values[i] = signs.values()[i] * constant;
        return new Tensor(signs.shape(), values);
    }

    private void putNorm(NamedTensors state, Node.BatchNorm node, int channels, int i, String network) {
        Norm norm = layers.norms().get(i);
        if (norm.channels() != channels)
            throw file.error("batch norm " + (i + 1) + " is for " + norm.channels() + " channels; in a " + network + " it is for " + channels + ".");
        List<Integer> shape = List.of(channels);
        if (node.affine()) {
            state.put(Graph.Role.SCALE.of(node.name()), new Tensor(shape, norm.scale()));
            state.put(Graph.Role.OFFSET.of(node.name()), new Tensor(shape, norm.offset()));
        } else if (!norm.plain())
            throw file.error("batch norm " + (i + 1) + " has a learned scale or offset; a " + network + " has these at its input only.");
        state.put(Graph.Role.MEAN.of(node.name()), new Tensor(shape, norm.mean(factor(i))));
        state.put(Graph.Role.VARIANCE.of(node.name()), new Tensor(shape, norm.variance(node.epsilon(), factor(i))));
    }
}
