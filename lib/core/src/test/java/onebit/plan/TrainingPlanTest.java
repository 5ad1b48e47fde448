package onebit.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import onebit.model.Graph;
import onebit.model.Node;
import onebit.model.PlainNet;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.model.WideResNet.Spec;
import onebit.model.WideResNet.Variant;
import onebit.quant.OneBit;
import onebit.testing.RandomGraphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What networks become as passes, and how long their buffers live. */
class TrainingPlanTest {

    private static final int RANDOM_GRAPHS = 200;

    private static Spec residual() {
        return Spec.ofPaper(10).withWidth(1);
    }

    static Stream<Graph> residualNetworks() {
        Spec shifted = residual().withActivation(new WideResNet.Activation.ShiftedReLU(10));
        return Stream.of(residual(), residual().withVariant(Variant.MATLAB), shifted, residual().withDepth(8), shifted.withDepth(26)).map(WideResNet::graph);
    }

    static Stream<Graph> allNetworks() {
        return Stream.concat(Stream.concat(residualNetworks(), Stream.of(plain())),
            Stream.iterate(0L, seed -> seed < RANDOM_GRAPHS, seed -> seed + 1).map(RandomGraphs::graph));
    }

    private static Graph plain() {
        return PlainNet.graph(new PlainNet.Spec(20, 1, 100, new OneBit(), new Shape(3, 32, 32)));
    }

    // ---- lowering

    @ParameterizedTest
    @MethodSource("residualNetworks")
    void aResidualNetworkIsOnePassAConvolutionAndOneAShortcutThatChangesShape(Graph graph) {
        TrainingPlan plan = TrainingPlan.training(graph);
        assertInstanceOf(Pass.Load.class, plan.forward().getFirst());
        assertInstanceOf(Pass.Head.class, plan.forward().getLast());
        assertEquals(graph.convolutions(), forward(plan).stream().map(Pass.Forward::conv).sorted(java.util.Comparator.comparing(graph.convolutions()::indexOf)).toList());
        List<Pass.Shortcut> shortcuts = plan.forward().stream().filter(Pass.Shortcut.class::isInstance).map(Pass.Shortcut.class::cast).toList();
        assertEquals(2, shortcuts.size());
        assertEquals(graph.convolutions().size() + 4, plan.forward().size());
        for (Pass.Shortcut shortcut : shortcuts) {
            assertTrue(shortcut.doubled());
            assertEquals(2, shortcut.pool().orElseThrow().stride());
        }
    }

    @ParameterizedTest
    @MethodSource("residualNetworks")
    void blocksStoreSumsAndTheirInnerTensorOnly(Graph graph) {
        for (Pass.Forward pass : forward(TrainingPlan.training(graph))) {
            boolean second = pass.conv().name().endsWith(".conv2");
            String stored = second ? pass.conv().name().replace(".conv2", ".add") : pass.conv().name();
            assertEquals(Buffer.value(stored, graph.shape(stored)), pass.out());
            assertEquals(second, pass.skip().isPresent(), stored);
        }
    }

    @Test
    void skipsWithinAStageReadTheStoredTensorItself() {
        TrainingPlan plan = TrainingPlan.training(WideResNet.graph(residual()));
        assertEquals("conv0", pass(plan, "stage1.block1.conv2").skip().orElseThrow().name());
        assertEquals("stage2.block2.add", pass(plan, "stage2.block3.conv2").skip().orElseThrow().name());
        assertEquals("stage2.block1.add.skip", pass(plan, "stage2.block1.conv2").skip().orElseThrow().name());
    }

    @Test
    void convolutionsReadThroughTheNormAndActivationBeforeThem() {
        TrainingPlan bn = TrainingPlan.training(WideResNet.graph(residual()));
        assertReading(bn, "conv0", "input", "input.norm", Activation.NONE);
        assertReading(bn, "stage2.block1.conv1", "stage1.block3.add", "stage2.block1.norm1", Activation.RELU);
        assertReading(bn, "stage2.block1.conv2", "stage2.block1.conv1", "stage2.block1.norm2", Activation.RELU);
        assertReading(bn, "last.conv", "stage3.block3.add", "last.norm", Activation.RELU);
        TrainingPlan matlab = TrainingPlan.training(WideResNet.graph(residual().withVariant(Variant.MATLAB)));
        assertReading(matlab, "conv0", "input", "input.norm", Activation.RELU);
        TrainingPlan shifted = TrainingPlan.training(WideResNet.graph(residual().withActivation(new WideResNet.Activation.ShiftedReLU(10))));
        assertReading(shifted, "conv0", "input", "input.norm", Activation.NONE);
        assertReading(shifted, "stage2.block1.conv1", "stage1.block3.add", "", Activation.SHIFTED_RELU);
        TrainingPlan plain = TrainingPlan.training(plain());
        assertReading(plain, "stage3.conv2", "stage3.conv1", "stage3.norm2", Activation.RELU);
    }

    private static void assertReading(TrainingPlan plan, String conv, String tensor, String norm, Activation activation) {
        Reading reading = pass(plan, conv).source();
        assertEquals(tensor, reading.tensor().name());
        assertEquals(norm, reading.norm().map(Node.BatchNorm::name).orElse(""));
        assertEquals(activation, reading.activation());
    }

    @Test
    void theHeadKnowsNormAndFactorOfTheScores() {
        assertHead(WideResNet.graph(residual()), "last.scores", 1);
        assertHead(WideResNet.graph(residual().withActivation(new WideResNet.Activation.ShiftedReLU(10))), "", 0.1);
        assertHead(plain(), "last.scores", 64);
    }

    private static void assertHead(Graph graph, String norm, double factor) {
        Pass.Head head = (Pass.Head) TrainingPlan.training(graph).forward().getLast();
        assertEquals("last.conv", head.in().name());
        assertEquals(norm, head.norm().map(Node.BatchNorm::name).orElse(""));
        assertEquals(factor, head.factor());
        assertEquals(Optional.of(head.in().gradient()), head.gradient());
        assertEquals(Optional.empty(), ((Pass.Head) TrainingPlan.inference(graph).forward().getLast()).gradient());
    }

    @ParameterizedTest
    @MethodSource("allNetworks")
    void backwardGoesThroughTheConvolutionsInReverseAndUpdatesEachOnceItsGradientIsThere(Graph graph) {
        TrainingPlan plan = TrainingPlan.training(graph);
        List<Node.Conv> reversed = forward(plan).reversed().stream().map(Pass.Forward::conv).toList();
        assertEquals(reversed, plan.backward().stream().filter(Pass.Backward.class::isInstance).map(p -> ((Pass.Backward) p).conv()).toList());
        assertEquals(reversed, plan.backward().stream().filter(Pass.Update.class::isInstance).map(p -> ((Pass.Update) p).conv()).toList());
        for (Node.Conv conv : graph.convolutions()) {
            int backward = indexOf(plan, p -> p instanceof Pass.Backward b && b.conv() == conv);
            assertTrue(backward < plan.passes().indexOf(new Pass.Update(conv)), conv.name());
        }
        assertEquals(graph.nodes().stream().filter(n -> n instanceof Node.BatchNorm b && b.affine()).count(),
            plan.backward().stream().filter(Pass.UpdateNorm.class::isInstance).distinct().count());
        assertEquals(List.of(), TrainingPlan.inference(graph).backward());
    }

    @ParameterizedTest
    @MethodSource("allNetworks")
    void aTensorThatIsReadAlsoByASkipHasTheSkipsGradientAdded(Graph graph) {
        TrainingPlan plan = TrainingPlan.training(graph);
        for (Pass pass : plan.backward()) {
            if (!(pass instanceof Pass.Backward b)) continue;
            List<Node> skips = graph.readers(b.out().name()).stream()
                .filter(n -> n instanceof Node.Add || n instanceof Node.AveragePool || n instanceof Node.ChannelDoubling).toList();
            Optional<Pass.SkipGradient> skip = b.finish().flatMap(Pass.Finish::skip);
            assertEquals(!skips.isEmpty(), skip.isPresent(), b.out().name());
            assertEquals(skips.stream().filter(Node.AveragePool.class::isInstance).findFirst(), skip.flatMap(Pass.SkipGradient::pool), b.out().name());
            assertEquals(graph.convolutions().getLast() != b.conv(), b.finish().isPresent(), "only the last convolution's gradient comes finished, from the head");
            b.finish().ifPresent(f -> assertEquals(b.out(), f.reading().tensor()));
        }
    }

    @ParameterizedTest
    @MethodSource("residualNetworks")
    void theInputsGradientIsMadeOnlyIfItsNormLearns(Graph graph) {
        Pass.Backward last = TrainingPlan.training(graph).backward().reversed().stream().filter(Pass.Backward.class::isInstance)
            .map(Pass.Backward.class::cast).findFirst().orElseThrow();
        assertTrue(last.sourceGradient().isPresent(), "these networks' input norm learns");
        RandomGraphs.first(40).map(RandomGraphs.Case::graph).forEach(random -> {
            boolean learns = random.readers("input").getFirst() instanceof Node.BatchNorm n && n.affine();
            Pass.Backward first = (Pass.Backward) TrainingPlan.training(random).backward().stream()
                .filter(p -> p instanceof Pass.Backward b && b.conv() == random.convolutions().getFirst()).findFirst().orElseThrow();
            assertEquals(learns, first.sourceGradient().isPresent());
        });
    }

    // ---- lifetimes

    @ParameterizedTest
    @MethodSource("allNetworks")
    void aLifetimeSpansTheFirstFillingAndTheLastUse(Graph graph) {
        for (TrainingPlan plan : List.of(TrainingPlan.training(graph), TrainingPlan.inference(graph)))
            plan.lifetimes().forEach((buffer, lifetime) -> {
                List<Integer> fills = new ArrayList<>(), uses = new ArrayList<>();
                for (int i = 0; i < plan.passes().size(); i++) {
                    if (plan.passes().get(i).writes().contains(buffer)) fills.add(i);
                    if (plan.passes().get(i).writes().contains(buffer) || plan.passes().get(i).reads().contains(buffer)) uses.add(i);
                }
                assertEquals(new TrainingPlan.Lifetime(fills.getFirst(), uses.getLast()), lifetime, buffer.toString());
            });
    }

    @Test
    void trainingKeepsStoredTensorsForBackwardAndInferenceLetsThemGo() {
        Graph graph = WideResNet.graph(residual());
        Buffer inner = Buffer.value("stage1.block1.conv1", graph.shape("stage1.block1.conv1"));
        TrainingPlan training = TrainingPlan.training(graph), inference = TrainingPlan.inference(graph);
        int read = indexOf(inference, p -> p instanceof Pass.Forward f && f.conv().name().equals("stage1.block1.conv2"));
        assertEquals(read, inference.lifetimes().get(inner).last());
        int finished = indexOf(training, p -> p instanceof Pass.Backward b && b.conv().name().equals("stage1.block1.conv1"));
        assertEquals(finished, training.lifetimes().get(inner).last());
    }

    @Test
    void inferenceNeedsMuchLessMemoryThanTraining() {
        for (Graph graph : List.of(WideResNet.graph(residual()), WideResNet.graph(residual().withWidth(10)), plain())) {
            long training = TrainingPlan.training(graph).assign(b -> b.shape().size()).total();
            TrainingPlan inference = TrainingPlan.inference(graph);
            long total = inference.assign(b -> b.shape().size()).total();
            long largest = inference.lifetimes().keySet().stream().mapToLong(b -> b.shape().size()).max().orElseThrow();
            assertTrue(total < training / 4, total + " values against " + training);
            assertTrue(total <= 4 * largest, total + " values, the largest buffer has " + largest);
        }
    }

    private static List<Pass.Forward> forward(TrainingPlan plan) {
        return plan.forward().stream().filter(Pass.Forward.class::isInstance).map(Pass.Forward.class::cast).toList();
    }

    private static Pass.Forward pass(TrainingPlan plan, String conv) {
        return forward(plan).stream().filter(f -> f.conv().name().equals(conv)).findFirst().orElseThrow();
    }

    private static int indexOf(TrainingPlan plan, java.util.function.Predicate<Pass> which) {
        for (int i = 0; i < plan.passes().size(); i++) if (which.test(plan.passes().get(i))) return i;
        throw new AssertionError("no such pass");
    }
}
