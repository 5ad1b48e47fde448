package onebit.dl4j;

import onebit.model.Graph;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A graph of DL4J's own layers, for files that any DL4J program loads. Images are channels, rows, columns (NCHW), as DL4J's
 * users have them; outputs are the probabilities of softmax. A vertex has its node's name; what a node needs besides is
 * named after it, with a suffix.
 */
final class StockGraph {

    /** max(-1, x) = max(0, x + 1) - 1. */
    static final double SHIFT = 1;

    private final Graph graph;
    private final GraphBuilder builder = new NeuralNetConfiguration.Builder().graphBuilder();

    private StockGraph(Graph graph) {
        this.graph = graph;
    }

    /** @throws UnsupportedOperationException naming a node that these layers cannot express */
    static ComputationGraphConfiguration configuration(Graph graph) {
        StockGraph translation = new StockGraph(graph);
        graph.nodes().forEach(translation::add);
        return translation.builder.build();
    }

    private void add(Node node) {
        switch (node) {
            case Node.Input n -> {
                Shape s = n.shape();
                builder.addInputs(n.name()).setInputTypes(InputType.convolutional(s.height(), s.width(), s.channels()));
            }
            case Node.Conv n -> convolve(n);
            case Node.BatchNorm n -> layer(n, new BatchNormalization.Builder().eps(n.epsilon()).decay(n.momentum())
                .lockGammaBeta(!n.affine()).useLogStd(false).build());
            case Node.ReLU n -> layer(n, new ActivationLayer(Activation.RELU));
            case Node.ShiftedReLU n -> {
                builder.addVertex(n.name() + "-shifted", new ShiftVertex(SHIFT), n.input());
                builder.addLayer(n.name() + "-rectified", new ActivationLayer(Activation.RELU), n.name() + "-shifted");
                builder.addVertex(n.name(), new ShiftVertex(-SHIFT), n.name() + "-rectified");
            }
            case Node.AveragePool n -> layer(n, pool(n));
            case Node.ChannelDoubling n -> {
                builder.addVertex(n.name() + "-zeros", new ScaleVertex(0), n.input());
                builder.addVertex(n.name(), new MergeVertex(), n.input(), n.name() + "-zeros");
            }
            case Node.Add n -> builder.addVertex(n.name(), new ElementWiseVertex(ElementWiseVertex.Op.Add), n.left(), n.right());
            case Node.Scale n -> builder.addVertex(n.name(), new ScaleVertex(n.factor()), n.input());
            case Node.GlobalPool n -> layer(n, new GlobalPoolingLayer(PoolingType.AVG));
            case Node.SoftmaxLoss n -> {
                layer(n, new LossLayer.Builder(LossFunctions.LossFunction.MCXENT).activation(Activation.SOFTMAX).build());
                builder.setOutputs(n.name());
            }
        }
    }

    private void layer(Node.Unary node, Layer layer) {
        builder.addLayer(node.name(), layer, node.input());
    }

    private void convolve(Node.Conv n) {
        Padding p = n.padding();
        Shape in = graph.shape(n.input());
        ConvolutionLayer.Builder layer = new ConvolutionLayer.Builder(n.kernel(), n.kernel()).nIn(n.inputChannels()).nOut(n.outputChannels())
            .stride(n.stride(), n.stride()).hasBias(false).activation(Activation.IDENTITY);
        if (alike(p)) {
            layer(n, layer.convolutionMode(ConvolutionMode.Truncate).padding(p.top(), p.left()).build());
        } else if (p.equals(Padding.same(in.height(), in.width(), n.kernel(), n.stride()))) {
            layer(n, layer.convolutionMode(ConvolutionMode.Same).build());
        } else {
            builder.addLayer(n.name() + "-padded", new ZeroPaddingLayer.Builder(p.top(), p.bottom(), p.left(), p.right()).build(), n.input());
            builder.addLayer(n.name(), layer.convolutionMode(ConvolutionMode.Truncate).build(), n.name() + "-padded");
        }
    }

    private SubsamplingLayer pool(Node.AveragePool n) {
        Padding p = n.padding();
        Shape in = graph.shape(n.input());
        SubsamplingLayer.Builder layer = new SubsamplingLayer.Builder(PoolingType.AVG).kernelSize(n.size(), n.size()).stride(n.stride(), n.stride());
        if (alike(p)) return layer.convolutionMode(ConvolutionMode.Truncate).padding(p.top(), p.left()).build();
        if (p.equals(Padding.same(in.height(), in.width(), n.size(), n.stride()))) return layer.convolutionMode(ConvolutionMode.Same).build();
        throw new UnsupportedOperationException("The average pool '" + n.name() + "' has " + p + "; DL4J's own leaves padding out of the average only if it is"
            + " the same on opposite sides, or TensorFlow's SAME.");
    }

    private static boolean alike(Padding p) {
        return p.top() == p.bottom() && p.left() == p.right();
    }
}
