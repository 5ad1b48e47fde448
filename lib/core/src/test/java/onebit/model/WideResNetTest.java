package onebit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.model.WideResNet.Activation;
import onebit.model.WideResNet.Spec;
import onebit.model.WideResNet.Variant;
import onebit.quant.OneBit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WideResNetTest {

    private static Spec shifted(int classes) {
        return Spec.ofPaper(classes).withActivation(new Activation.ShiftedReLU(40));
    }

    @Test
    void hasTheAuthorsNumbersOfParameters() {
        assertEquals(26_750_912, parameters(Spec.ofPaper(10)));
        assertEquals(26_808_692, parameters(Spec.ofPaper(100)));
        assertEquals(26_737_132, parameters(shifted(10)));
        assertEquals(26_794_732, parameters(shifted(100)));
    }

    @Test
    void hasTheAuthorsNumbersOfWeightBits() {
        assertEquals(26_737_120, weights(WideResNet.graph(Spec.ofPaper(10))));
        assertEquals(26_794_720, weights(WideResNet.graph(Spec.ofPaper(100))));
    }

    @Test
    void needsTheMultiplyAccumulatesOfItsLayers() {
        long stage1 = 32 * 32 * 9L * (3 * 160 + 6 * 160 * 160);
        long stage2 = 16 * 16 * 9L * (160 * 320 + 5 * 320 * 320);
        long stage3 = 8 * 8 * (9L * (320 * 640 + 5 * 640 * 640) + 640 * 10);
        assertEquals(stage1 + stage2 + stage3, WideResNet.graph(Spec.ofPaper(10)).multiplyAccumulates());
    }

    @Test
    void halvesTheImageTwiceWhileItDoublesTheChannels() {
        Graph graph = WideResNet.graph(Spec.ofPaper(10));
        assertEquals(new Shape(160, 32, 32), graph.shape("stage1.block3.add"));
        assertEquals(new Shape(320, 16, 16), graph.shape("stage2.block3.add"));
        assertEquals(new Shape(640, 8, 8), graph.shape("stage3.block3.add"));
        assertEquals(new Shape(10, 8, 8), graph.shape("last.scores"));
        assertEquals(10, graph.classes());
    }

    @ParameterizedTest
    @CsvSource({"28, 14, 7", "26, 13, 7", "32, 16, 8", "2, 1, 1"})
    void takesAnyEvenImageSize(int size, int second, int third) {
        for (Variant variant : Variant.values()) {
            Graph graph = WideResNet.graph(Spec.ofPaper(10).withDepth(8).withWidth(1).withInput(new Shape(1, size, size)).withVariant(variant));
            assertEquals(new Shape(32, second, second), graph.shape("stage2.block1.add"));
            assertEquals(new Shape(64, third, third), graph.shape("stage3.block1.add"));
        }
    }

    @Test
    void blocksAreNamedByPlaceAndRunInOrder() {
        Graph graph = WideResNet.graph(Spec.ofPaper(10).withDepth(8));
        assertEquals(List.of("input", "input.norm", "conv0",
                "stage1.block1.norm1", "stage1.block1.relu1", "stage1.block1.conv1",
                "stage1.block1.norm2", "stage1.block1.relu2", "stage1.block1.conv2", "stage1.block1.add",
                "stage2.block1.norm1", "stage2.block1.relu1", "stage2.block1.conv1",
                "stage2.block1.norm2", "stage2.block1.relu2", "stage2.block1.conv2",
                "stage2.block1.pool", "stage2.block1.double", "stage2.block1.add"),
            graph.nodes().stream().map(Node::name).limit(19).toList());
        assertEquals(List.of("stage3.block1.add", "last.norm", "last.relu", "last.conv", "last.scores", "pool", "loss"),
            graph.nodes().stream().map(Node::name).toList().reversed().subList(0, 7).reversed());
    }

    @Test
    void skipTakesTheSumBeforeNormAndActivation() {
        Graph graph = WideResNet.graph(Spec.ofPaper(10));
        assertEquals(List.of("stage1.block1.conv2", "conv0"), graph.node("stage1.block1.add").inputs());
        assertEquals(List.of("stage1.block2.conv2", "stage1.block1.add"), graph.node("stage1.block2.add").inputs());
        assertEquals(List.of("stage1.block3.add"), graph.node("stage2.block1.pool").inputs());
        assertEquals(List.of("stage2.block1.conv2", "stage2.block1.double"), graph.node("stage2.block1.add").inputs());
    }

    @Test
    void onlyTheInputsNormIsLearned() {
        List<String> learned = WideResNet.graph(Spec.ofPaper(10)).nodes().stream()
            .filter(n -> n instanceof Node.BatchNorm norm && norm.affine()).map(Node::name).toList();
        assertEquals(List.of("input.norm"), learned);
    }

    @Test
    void strideTwoPadsBelowAndOnTheRightAsTensorFlowDoes() {
        Graph graph = WideResNet.graph(Spec.ofPaper(10));
        assertEquals(new Padding(0, 1, 0, 1), ((Node.Conv) graph.node("stage2.block1.conv1")).padding());
        assertEquals(new Padding(0, 1, 0, 1), ((Node.AveragePool) graph.node("stage3.block1.pool")).padding());
        assertEquals(Padding.symmetric(1), ((Node.Conv) graph.node("stage2.block1.conv2")).padding());
        assertEquals(Padding.NONE, ((Node.Conv) graph.node("last.conv")).padding());
    }

    @Test
    void matlabVariantPadsEverySideAndActivatesTheInput() {
        Graph graph = WideResNet.graph(Spec.ofPaper(10).withVariant(Variant.MATLAB));
        assertEquals(List.of("input.norm"), graph.node("input.relu").inputs());
        assertEquals(List.of("input.relu"), graph.node("conv0").inputs());
        assertEquals(Padding.symmetric(1), ((Node.Conv) graph.node("stage2.block1.conv1")).padding());
        assertEquals(Padding.symmetric(1), ((Node.AveragePool) graph.node("stage3.block1.pool")).padding());
        assertEquals(Padding.NONE, ((Node.Conv) graph.node("last.conv")).padding());
    }

    @Test
    void shiftedReluNetworkKeepsOnlyTheInputsNormAndDividesTheScores() {
        Graph graph = WideResNet.graph(shifted(10));
        assertEquals(List.of("input.norm"), graph.nodes().stream().filter(n -> n instanceof Node.BatchNorm).map(Node::name).toList());
        assertEquals(1 / 40.0, assertInstanceOf(Node.Scale.class, graph.node("last.scores")).factor());
        assertInstanceOf(Node.ShiftedReLU.class, graph.node("stage1.block1.relu1"));
        assertFalse(graph.nodes().stream().anyMatch(n -> n instanceof Node.ReLU));
    }

    @Test
    void quantizerGoesToEveryConvolution() {
        Graph graph = WideResNet.graph(Spec.ofPaper(10).withQuantizer(new OneBit()));
        assertEquals(20, graph.convolutions().size());
        assertTrue(graph.convolutions().stream().allMatch(c -> c.quantizer() instanceof OneBit));
    }

    @ParameterizedTest
    @ValueSource(ints = {-4, 0, 2, 10, 19, 21})
    void refusesADepthThatIsNot6nPlus2(int depth) {
        assertRefused("6n + 2", () -> Spec.ofPaper(10).withDepth(depth));
    }

    @Test
    void refusesWhatNoNetworkCanBe() {
        assertRefused("width", () -> Spec.ofPaper(10).withWidth(0));
        assertRefused("width", () -> Spec.ofPaper(10).withWidth(242));
        assertEquals(9L * 64 * 241 * 64 * 241, ((Node.Conv) WideResNet.graph(Spec.ofPaper(10).withWidth(241)).node("stage3.block1.conv2")).weights());
        assertRefused("classes", () -> Spec.ofPaper(1));
        assertRefused("channel", () -> Spec.ofPaper(10).withInput(new Shape(2, 32, 32)));
        assertRefused("27x28", () -> Spec.ofPaper(10).withInput(new Shape(1, 27, 28)));
        assertRefused("Keras", () -> shifted(10).withVariant(Variant.MATLAB));
        assertRefused("temperature", () -> new Activation.ShiftedReLU(0));
        assertRefused("temperature", () -> new Activation.ShiftedReLU(Double.NaN));
    }

    private static void assertRefused(String word, org.junit.jupiter.api.function.Executable spec) {
        String message = assertThrows(IllegalArgumentException.class, spec).getMessage();
        assertTrue(message.contains(word), message);
    }

    private static long parameters(Spec spec) {
        return WideResNet.graph(spec).parameters().stream().mapToLong(Graph.Parameter::size).sum();
    }

    private static long weights(Graph graph) {
        return graph.convolutions().stream().mapToLong(Node.Conv::weights).sum();
    }
}
