package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.UnaryOperator;
import onebit.engine.Device;
import onebit.model.Model;
import onebit.run.UserError;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Networks of a DL4J user that look like ours and compute something else. Called by {@link OtherLayersInDl4jTest}. */
public final class OtherLayersInDl4j {

    static {
        Nd4jRuntime.prepare(Device.CPU);
    }

    private OtherLayersInDl4j() {}

    /** Reads a file of a network that has a layer between its input and its loss. */
    private static Model read(Layer layer, CNN2DFormat format) throws IOException {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder().graphBuilder().addInputs("input")
            .setInputTypes(InputType.convolutional(8, 8, 3, format)).addLayer("layer", layer, "input").addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "layer")
            .addLayer("loss", new LossLayer.Builder(LossFunctions.LossFunction.MCXENT).activation(Activation.SOFTMAX).build(), "mean").setOutputs("loss").build());
        network.init();
        File file = File.createTempFile("network", ".zip");
        try {
            network.save(file, false);
            return new Dl4jFormat().read(file.toPath());
        } finally {
            Files.delete(file.toPath());
        }
    }

    private static void isRefused(Layer layer) {
        isRefused(layer, CNN2DFormat.NCHW);
    }

    private static void isRefused(Layer layer, CNN2DFormat format) {
        String message = assertThrows(UserError.class, () -> read(layer, format)).getMessage();
        assertTrue(message.contains("has a vertex 'layer' that OneBit has no counterpart for: " + layer.getClass().getSimpleName()), message);
    }

    private static <B extends ConvolutionLayer.BaseConvBuilder<B>> B like(B builder) {
        builder.setNIn(3);
        builder.setNOut(3);
        builder.setKernelSize(new int[] {3, 3});
        builder.setPadding(new int[] {1, 1});
        builder.setHasBias(false);
        return builder.activation(Activation.IDENTITY);
    }

    public static void theirLikesOfOursAreRead() throws IOException {
        assertEquals(4, read(like(new ConvolutionLayer.Builder()).build(), CNN2DFormat.NCHW).graph().nodes().size());
        assertEquals(4, read(new ActivationLayer(new ActivationReLU()), CNN2DFormat.NCHW).graph().nodes().size());
        assertEquals(4, read(pool(b -> b), CNN2DFormat.NCHW).graph().nodes().size());
    }

    public static void subclassesOfAConvolution() {
        isRefused(like(new Deconvolution2D.Builder()).build());
        isRefused(like(new DepthwiseConvolution2D.Builder()).build());
        isRefused(like(new SeparableConvolution2D.Builder()).build());
    }

    public static void aConvolutionOfChannelsLast() {
        isRefused(like(new ConvolutionLayer.Builder().dataFormat(CNN2DFormat.NHWC)).build(), CNN2DFormat.NHWC);
    }

    public static void rectifiersWithASlopeACeilingOrAThreshold() {
        isRefused(new ActivationLayer(new ActivationReLU(null, null, 0.1)));
        isRefused(new ActivationLayer(new ActivationReLU(6.0, null, null)));
        isRefused(new ActivationLayer(new ActivationReLU(null, 1.0, null)));
    }

    public static void aPoolWithHoles() {
        isRefused(pool(b -> b.dilation(2, 2)));
    }

    private static SubsamplingLayer pool(UnaryOperator<SubsamplingLayer.Builder> settings) {
        return settings.apply(new SubsamplingLayer.Builder(PoolingType.AVG).kernelSize(2, 2).stride(2, 2)).build();
    }
}
