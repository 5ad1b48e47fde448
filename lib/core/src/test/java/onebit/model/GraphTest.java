package onebit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.model.Graph.Role;
import onebit.quant.FullPrecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GraphTest {

    private static final Node.Input INPUT = new Node.Input("input", new Shape(3, 9, 6));

    private static Node.Conv conv(String name, String input, int in, int out, int kernel, int stride, Padding padding) {
        return new Node.Conv(name, input, in, out, kernel, stride, padding, new FullPrecision());
    }

    private static Graph graph(Node... middle) {
        List<Node> nodes = new java.util.ArrayList<>(List.of(INPUT));
        nodes.addAll(List.of(middle));
        nodes.add(new Node.GlobalPool("pool", nodes.getLast().name()));
        nodes.add(new Node.SoftmaxLoss("loss", "pool"));
        return new Graph(nodes);
    }

    @Test
    void knowsEveryNodesShape() {
        Graph graph = graph(conv("valid", "input", 3, 5, 3, 1, Padding.NONE), new Node.AveragePool("half", "valid", 3, 2, Padding.same(7, 4, 3, 2)),
            new Node.ChannelDoubling("double", "half"), new Node.ReLU("relu", "double"));
        assertEquals(new Shape(5, 7, 4), graph.shape("valid"));
        assertEquals(new Shape(5, 4, 2), graph.shape("half"));
        assertEquals(new Shape(10, 4, 2), graph.shape("double"));
        assertEquals(new Shape(10, 4, 2), graph.shape("relu"));
        assertEquals(new Shape(10, 1, 1), graph.shape("pool"));
        assertEquals(10, graph.classes());
        assertEquals(new Shape(3, 9, 6), graph.inputShape());
    }

    @Test
    void listsParametersInTheOrderOfTheNodes() {
        Graph graph = graph(new Node.BatchNorm("n1", "input", true), conv("c", "n1", 3, 5, 3, 1, Padding.NONE), new Node.BatchNorm("n2", "c", false));
        assertEquals(List.of("n1.scale", "n1.offset", "n1.mean", "n1.variance", "c.weight", "n2.mean", "n2.variance"),
            graph.parameters().stream().map(Graph.Parameter::name).toList());
        assertEquals(List.of("n1.scale", "n1.offset", "c.weight"),
            graph.parameters().stream().filter(Graph.Parameter::trainable).map(Graph.Parameter::name).toList());
        Graph.Parameter weight = graph.parameters().get(4);
        assertEquals(List.of(5, 3, 3, 3), weight.shape());
        assertEquals(Role.WEIGHT, weight.role());
        assertEquals(135, weight.size());
    }

    @Test
    void aConvolutionHasNoMoreWeightsThanAnArrayHolds() {
        assertEquals(2_147_210_244, conv("large", "input", 15_446, 15_446, 3, 1, Padding.NONE).weights());
        String message = assertThrows(IllegalArgumentException.class, () -> conv("huge", "input", 15_447, 15_448, 3, 1, Padding.NONE)).getMessage();
        assertEquals("Convolution 'huge' would have 2.15e+09 weights, and can have 2,147,483,647.", message);
        assertThrows(ArithmeticException.class, () -> new Graph.Parameter("p", List.of(1 << 16, 1 << 16), Role.WEIGHT, INPUT).size());
    }

    @Test
    void knowsWhoReadsANode() {
        Graph graph = graph(new Node.ReLU("relu", "input"), new Node.Add("sum", "relu", "input"));
        assertEquals(List.of("relu", "sum"), graph.readers("input").stream().map(Node::name).toList());
    }

    @Test
    void countsMultiplyAccumulates() {
        assertEquals(7 * 4 * 5 * 27, graph(conv("c", "input", 3, 5, 3, 1, Padding.NONE)).multiplyAccumulates());
    }

    @Test
    void paddingOfTensorFlowPutsTheOddCellBelowAndOnTheRight() {
        assertEquals(new Padding(0, 1, 1, 1), Padding.same(8, 7, 3, 2));
        assertEquals(Padding.symmetric(1), Padding.same(8, 7, 3, 1));
        assertEquals(Padding.NONE, Padding.same(8, 7, 1, 1));
        assertEquals(Padding.NONE, Padding.same(8, 8, 1, 2));
    }

    @Test
    void saysWhatIsWrongWithABadGraph() {
        assertRefused("begins with its input", () -> new Graph(List.of()));
        assertRefused("ends with its loss", () -> new Graph(List.of(INPUT, new Node.ReLU("relu", "input"))));
        assertRefused("Two nodes are called 'a'", () -> graph(new Node.ReLU("a", "input"), new Node.ReLU("a", "a")));
        assertRefused("'a' reads 'b', which does not come before it", () -> graph(new Node.ReLU("a", "b"), new Node.ReLU("b", "a")));
        assertRefused("one input", () -> graph(new Node.Input("second", new Shape(3, 9, 6))));
        assertRefused("expects 4 channels, its input 'input' has 3", () -> graph(conv("c", "input", 4, 5, 3, 1, Padding.NONE)));
        assertRefused("adds 3x9x6 and 6x9x6", () -> graph(new Node.ChannelDoubling("d", "input"), new Node.Add("sum", "input", "d")));
        assertRefused("one value a class, not 3x9x6", () -> new Graph(List.of(INPUT, new Node.SoftmaxLoss("loss", "input"))));
        assertRefused("No node reads 'dead'", () -> new Graph(List.of(INPUT, new Node.ReLU("dead", "input"), new Node.GlobalPool("pool", "input"),
            new Node.SoftmaxLoss("loss", "pool"))));
        assertRefused("'late' reads the loss", () -> new Graph(List.of(INPUT, new Node.GlobalPool("pool", "input"), new Node.SoftmaxLoss("loss", "pool"),
            new Node.ReLU("late", "loss"))));
        assertRefused("8x8 window of 'c' does not fit", () -> graph(conv("c", "input", 3, 5, 8, 3, Padding.symmetric(0))));
    }

    @Test
    void saysWhatIsWrongWithABadNode() {
        assertRefused("'c' needs positive", () -> conv("c", "input", 3, 5, 3, 0, Padding.NONE));
        assertRefused("'p' needs a positive size", () -> new Node.AveragePool("p", "input", 0, 2, Padding.NONE));
        assertRefused("less than its size", () -> new Node.AveragePool("p", "input", 2, 2, Padding.symmetric(2)));
        assertRefused("positive epsilon", () -> new Node.BatchNorm("n", "input", true, 0, 0.99));
        assertRefused("momentum", () -> new Node.BatchNorm("n", "input", true, 1e-5, 1));
        assertRefused("negative", () -> new Padding(0, -1, 0, 0));
        assertRefused("at least one channel", () -> new Shape(0, 1, 1));
    }

    @Test
    void saysWhichNodeItDoesNotHave() {
        assertRefused("no node 'nowhere'", () -> graph(new Node.ReLU("relu", "input")).shape("nowhere"));
    }

    @Test
    void builderReadsTheNodeBeforeUnlessToldOtherwise() {
        GraphBuilder net = new GraphBuilder("input", new Shape(3, 9, 6)).relu("relu").continueAt("input").scale("half", 0.5);
        assertEquals("half", net.top());
        Graph graph = net.add("sum", "relu", "half").globalPool("pool").softmaxLoss("loss");
        assertEquals(graph(new Node.ReLU("relu", "input"), new Node.Scale("half", "input", 0.5), new Node.Add("sum", "relu", "half")), graph);
        assertRefused("no node 'later' yet", () -> net.continueAt("later"));
        assertRefused("no node 'later' yet", () -> net.add("sum2", "sum", "later"));
    }

    @Test
    void stateOfAnotherNetworkIsRefused() {
        Graph graph = graph(conv("c", "input", 3, 5, 3, 1, Padding.NONE));
        assertRefused("'c.weight' is missing", () -> new NamedTensors().check(graph));
        assertRefused("expects 'c.weight' in shape [5, 3, 3, 3], stored is [5]",
            () -> new NamedTensors().put("c.weight", Tensor.filled(List.of(5), 0)).check(graph));
    }

    private static void assertRefused(String words, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(words), message);
    }
}
