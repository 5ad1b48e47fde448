package onebit.torch;

import java.util.stream.Stream;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.FullPrecision;
import onebit.testing.EngineComparison;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Paddings that no row has, so that none of a row's is special. */
class OddPaddingTest {

    static Stream<Arguments> paddings() {
        return Stream.of(new Padding(1, 0, 1, 0), new Padding(0, 2, 2, 0), new Padding(2, 1, 0, 1), new Padding(1, 2, 1, 2), new Padding(2, 2, 2, 2))
            .flatMap(p -> Stream.of(1, 2).map(stride -> Arguments.of(p, stride)));
    }

    @ParameterizedTest
    @MethodSource("paddings")
    void convolutionAndPoolAgreeWithTheReference(Padding padding, int stride) {
        GraphBuilder net = new GraphBuilder("input", new Shape(3, 7, 8)).batchNorm("norm", true).convolve("conv", 6, 3, stride, padding, new FullPrecision());
        String conv = net.top();
        net.continueAt("norm").averagePool("pool", 3, stride, padding).channelDoubling("double");
        Graph graph = net.add("add", conv, net.top()).globalPool("mean").softmaxLoss("loss");
        SyntheticBatch batch = SyntheticBatch.of(graph, 4, 3);
        EngineComparison.between(EngineComparison.reference(), new EngineComparison.Side(IsolatedEngine.of("torch"), NetworkOptions.training(Precision.FLOAT32)), graph,
            RandomGraphs.state(graph, batch), batch).requireWithin(1e-4, 1e-3);
    }
}
