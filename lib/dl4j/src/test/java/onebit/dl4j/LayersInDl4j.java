package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.util.List;
import onebit.dl4j.layer.MomentumDescent;
import onebit.dl4j.layer.QuantizedConvolution;
import onebit.engine.Device;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.WeightQuantizer;
import onebit.testing.RandomGraphs;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.FixedSchedule;

/** The layers in the hands of a DL4J program that has them on its class path. Called by {@link LayersInDl4jTest}. */
public final class LayersInDl4j {

    static {
        Nd4jRuntime.prepare(Device.CPU);
    }

    private LayersInDl4j() {}

    /** With a seed, which DL4J else takes from the clock. */
    private static ComputationGraphConfiguration configuration(Graph graph) {
        ComputationGraphConfiguration configuration = TrainableGraph.configuration(graph, NetworkOptions.training(Precision.FLOAT32).withDescent(0.9, 5e-4));
        configuration.getDefaultConfiguration().setSeed(1);
        return configuration;
    }

    public static void theBuildIsForTheCpu() {
        Nd4jRuntime.requireBuild(Device.CPU);
        assertEquals("ND4J was loaded for cpu here; for cuda the dl4j engine needs the artifacts of the other build, in a class loader of its own."
            + " Let the engine be resolved again.", assertThrows(UnsupportedOperationException.class, () -> Nd4jRuntime.requireBuild(Device.CUDA)).getMessage());
    }

    public static void jsonRoundTrip() {
        for (RandomGraphs.Case random : RandomGraphs.first(16).toList()) {
            ComputationGraphConfiguration written = configuration(random.graph());
            ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(written.toJson());
            assertEquals(written, read, random.toString());
            assertEquals(written.toJson(), read.toJson());
        }
    }

    /** As DL4J saves and restores any network, momentum included. */
    public static void savedAndRestoredNetworkTrainsOn() throws Exception {
        ComputationGraph network = new ComputationGraph(configuration(RandomGraphs.of(4).graph()));
        network.init();
        network.setLearningRate(0.01);
        DataSet images = images(RandomGraphs.of(4).graph());
        network.fit(images);
        File file = File.createTempFile("network", ".zip");
        try {
            network.save(file, true);
            ComputationGraph restored = ComputationGraph.load(file, true);
            assertEquals(network.params(), restored.params());
            for (ComputationGraph n : List.of(network, restored)) n.fit(images);
            assertEquals(network.params(), restored.params());
            assertEquals(network.getUpdater().getStateViewArray(), restored.getUpdater().getStateViewArray());
        } finally {
            Files.delete(file.toPath());
        }
    }

    private static DataSet images(Graph graph) {
        Shape shape = graph.inputShape();
        INDArray labels = Nd4j.zeros(4, graph.classes());
        for (int i = 0; i < 4; i++) labels.putScalar(i, i % graph.classes(), 1);
        return new DataSet(Nd4j.rand(4, shape.height(), shape.width(), shape.channels()).muli(255), labels);
    }

    public static void fittingLowersTheScore() {
        Graph graph = RandomGraphs.of(0).graph();
        ComputationGraph network = new ComputationGraph(configuration(graph));
        network.init();
        network.setLearningRate(0.02);
        DataSet images = images(graph);
        double before = network.score(images, true);
        for (int i = 0; i < 30; i++) network.fit(images);
        assertTrue(network.score(images, true) < before / 2, before + " became " + network.score(images, true));
    }

    public static void initialWeightsAreTruncatedNormal() {
        Graph graph = new GraphBuilder("input", new Shape(16, 8, 8)).convolve("conv", 64, 3, 1, Padding.symmetric(1), new Halves()).globalPool("pool").softmaxLoss("loss");
        ComputationGraph network = new ComputationGraph(configuration(graph));
        network.init();
        INDArray weights = network.getLayer("conv").getParam(QuantizedConvolution.WEIGHTS);
        double deviation = Math.sqrt(2.0 / (9 * 16));
        assertEquals(deviation, weights.stdNumber().doubleValue(), 0.02 * deviation);
        assertTrue(weights.amaxNumber().doubleValue() <= 2 * deviation / 0.8796 + 1e-6);
    }

    public static void momentumIsTheMethods() {
        INDArray v = Nd4j.createFromArray(0.5f, -2f), gradient = Nd4j.createFromArray(3f, 4f);
        MomentumDescent descent = new MomentumDescent(0.9, 0);
        descent.setLrAndSchedule(0, new FixedSchedule(0.1));
        descent.instantiate(v, false).applyUpdater(gradient, 0, 0);
        assertEquals(Nd4j.createFromArray(0.45f - 0.3f, -1.8f - 0.4f), v);
        assertEquals(Nd4j.createFromArray(-(0.45f - 0.3f), 1.8f + 0.4f), gradient);
    }

    /** A quantizer that is none of the rows'. */
    public record Halves() implements WeightQuantizer {
        @Override
        public String name() {
            return "halves";
        }

        @Override
        public void quantize(float[] weights, int fanIn, float[] quantized) {
            for (int i = 0; i < weights.length; i++) quantized[i] = Math.round(2 * weights[i]) / 2f;
        }
    }

    public static void anotherQuantizerIsKnownByItsClass() {
        QuantizedConvolution written = new QuantizedConvolution(3, 4, 3, 1, Padding.symmetric(1), new Halves());
        assertEquals(Halves.class.getName(), written.getQuantizerName());
        Graph graph = new GraphBuilder("input", new Shape(3, 8, 8)).convolve("conv", 4, 3, 1, Padding.symmetric(1), new Halves()).globalPool("pool").softmaxLoss("loss");
        String json = configuration(graph).toJson();
        assertEquals(json, ComputationGraphConfiguration.fromJson(json).toJson());
        String foreign = json.replace(Halves.class.getName(), "no.such.Quantizer");
        assertTrue(assertThrows(RuntimeException.class, () -> ComputationGraphConfiguration.fromJson(foreign)).getCause().getMessage()
            .contains("There is no quantizer 'no.such.Quantizer'; there are 1bit, full and classes with a constructor without arguments."));
    }
}
