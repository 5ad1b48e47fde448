package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.quant.OneBit;
import onebit.testing.EngineComparison;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Paddings that no row has. */
class OddPaddingTest {

    static Stream<Arguments> paddings() {
        return Stream.of(new Padding(1, 0, 1, 0), new Padding(0, 2, 2, 0), new Padding(2, 1, 0, 1), new Padding(1, 1, 0, 0), new Padding(2, 2, 2, 2))
            .flatMap(p -> Stream.of(1, 2).map(stride -> Arguments.of(p, stride)));
    }

    @ParameterizedTest
    @MethodSource("paddings")
    void convolutionAgreesWithTheReference(Padding padding, int stride) {
        Graph graph = new GraphBuilder("input", new Shape(3, 7, 8)).batchNorm("norm", true).convolve("conv", 6, 3, stride, padding, new OneBit())
            .globalPool("mean").softmaxLoss("loss");
        SyntheticBatch batch = SyntheticBatch.of(graph, 4, 3);
        EngineComparison.between(EngineComparison.reference(), new EngineComparison.Side(TestEngine.get(), NetworkOptions.training(Precision.FLOAT32)), graph,
            RandomGraphs.state(graph, batch), batch).requireWithin(1e-4, 1e-3);
    }

    @Test
    void aPoolWithPaddingThatNd4jCannotLeaveOutOfTheAverageIsRefused() {
        Graph graph = new GraphBuilder("input", new Shape(3, 7, 8)).averagePool("pool", 3, 2, new Padding(2, 0, 1, 0)).globalPool("mean").softmaxLoss("loss");
        assertEquals("The average pool 'pool' has Padding[top=2, bottom=0, left=1, right=0]. The dl4j engine pools with the same padding on opposite sides,"
            + " or with TensorFlow's SAME; use the reference engine.", assertThrows(UnsupportedOperationException.class,
            () -> TestEngine.get().network(graph, NetworkOptions.inference(Precision.FLOAT32))).getMessage());
    }
}
