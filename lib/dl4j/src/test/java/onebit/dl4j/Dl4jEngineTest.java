package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.NamedTensors;
import onebit.testing.EngineComparison;
import onebit.testing.RandomGraphs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The dl4j engine against the float64 reference, on small random networks of every node type. */
class Dl4jEngineTest {

    static Stream<RandomGraphs.Case> networks() {
        return RandomGraphs.first(24);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreesWithTheReference(RandomGraphs.Case random) {
        EngineComparison.of(TestEngine.get(), NetworkOptions.training(Precision.FLOAT32).withThreads(1), random).requireWithin(1e-4, 1e-3);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "3, 2", "4, 2", "7, 1"})
    void stepsAreRepeatableBitForBitAndResume(long seed, int threads) {
        RandomGraphs.Case random = RandomGraphs.of(seed);
        NetworkOptions options = NetworkOptions.training(Precision.FLOAT32).withThreads(threads).withBatchSize(random.batch().size());
        assertEquals(threeSteps(random, options, false), threeSteps(random, options, true));
    }

    /** Three steps, without or with a detour over a copied state into another network after the first. */
    private static NamedTensors threeSteps(RandomGraphs.Case random, NetworkOptions options, boolean resumed) {
        NamedTensors state = random.state();
        int done = 0;
        if (resumed) {
            try (Network network = TestEngine.get().network(random.graph(), options)) {
                network.load(state);
                network.train(random.batch(), 0.05);
                state = network.state();
                done = 1;
            }
        }
        try (Network network = TestEngine.get().network(random.graph(), options)) {
            network.load(state);
            for (; done < 3; done++) network.train(random.batch(), 0.05);
            return network.state();
        }
    }
}
