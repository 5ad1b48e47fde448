package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.CpuFeatures;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.WideResNet;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of oneDNN's implementations compute the method's networks. */
class ImplementationsTest {

    @ParameterizedTest(name = "width {0}, {1}, {2}")
    @CsvSource({"1, BF16, AUTO", "1, FLOAT32, AUTO", "4, BF16, AUTO", "4, FLOAT32, AUTO", "4, BF16, DIRECT", "4, FLOAT32, DIRECT",
        "1, BF16, WINOGRAD", "1, FLOAT32, WINOGRAD"})
    void noneIsTheSlowReference(int width, Precision precision, ConvolutionAlgorithm algorithm) {
        Assumptions.assumeTrue(Vectors.LANES >= 8, "this processor has neither AVX2 nor AVX-512");
        Assumptions.assumeTrue(precision == Precision.FLOAT32 || Emulation.WANTED || CpuFeatures.detect().bf16() && Vectors.LANES == Layout.BLOCK, "no bf16 here");
        Graph graph = WideResNet.graph(WideResNet.Spec.ofPaper(10).withWidth(width));
        NetworkOptions options = NetworkOptions.training(precision).withAlgorithm(algorithm);
        // The method's batch: what oneDNN chooses depends on the number of images in a chunk, too.
        try (CpuNetwork network = new CpuNetwork(graph, options, 2, new Natives())) {
            network.load(InitialWeights.state(graph, 1));
            // A step makes the primitives that are made when first needed.
            network.train(SyntheticBatch.of(graph, options.batchSize(), 1), 0.1);
            List<String> algorithms = network.algorithms();
            assertEquals(graph.convolutions().size(), algorithms.size());
            for (String line : algorithms) {
                assertTrue(line.contains("["), line);
                String implementations = line.substring(line.indexOf('[') + 1, line.indexOf(']'));
                assertFalse(implementations.isBlank(), line);
                for (String implementation : implementations.split(", "))
                    assertFalse(implementation.matches("(.*:)?(ref|simple|any)(:.*)?") || implementation.contains("gemm:ref"), line);
            }
        }
    }
}
