package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import onebit.engine.Batch;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Tensor;
import onebit.reference.ReferenceEngine;
import org.junit.jupiter.api.Test;

class EngineComparisonTest {

    private static final NetworkOptions OPTIONS = NetworkOptions.training(Precision.FLOAT64);

    private final RandomGraphs.Case random = RandomGraphs.of(0);

    @Test
    void findsNothingBetweenAnEngineAndItself() {
        for (RandomGraphs.Case r : RandomGraphs.first(16).toList()) {
            EngineComparison comparison = EngineComparison.of(new ReferenceEngine(), OPTIONS, r);
            comparison.requireWithin(0, 0);
            assertEquals(0, comparison.worstGradient());
        }
    }

    @Test
    void findsAWrongLearningRate() {
        assertFound("gradient of conv0.weight", new Faulty(rate -> rate * 1.01, options -> options, 0, state -> state));
    }

    @Test
    void findsMissingWeightDecay() {
        assertFound("momentum of conv0.weight", new Faulty(rate -> rate, options -> options.withDescent(options.momentum(), 0), 0, state -> state));
    }

    @Test
    void findsMissingMomentum() {
        assertFound("momentum of conv0.weight", new Faulty(rate -> rate, options -> options.withDescent(0, options.weightDecay()), 0, state -> state));
    }

    @Test
    void findsAWrongLogit() {
        assertFound("logits", new Faulty(rate -> rate, options -> options, 0.01f, state -> state));
    }

    @Test
    void findsAWrongVariance() {
        String variance = random.graph().parameters().stream().filter(p -> p.role() == Graph.Role.VARIANCE).findFirst().orElseThrow().name();
        assertFound(variance, new Faulty(rate -> rate, options -> options, 0, state -> {
            Tensor right = state.get(variance);
            float[] wrong = right.values().clone();
            for (int i = 0; i < wrong.length; i++) wrong[i] *= 1.01f;
            return state.put(variance, new Tensor(right.shape(), wrong));
        }));
    }

    private void assertFound(String what, Engine faulty) {
        EngineComparison comparison = EngineComparison.of(faulty, OPTIONS, random);
        String message = assertThrows(AssertionError.class, () -> comparison.requireWithin(1e-3, 1e-3)).getMessage();
        assertTrue(message.contains(what), message);
    }

    /** The reference engine with a mistake in the learning rate, the options, the logits or the state it gives. */
    private record Faulty(UnaryOperator<Double> rate, UnaryOperator<NetworkOptions> settings, float logitError,
                          UnaryOperator<NamedTensors> outgoing) implements Engine {

        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public List<Mode> modes() {
            return new ReferenceEngine().modes();
        }

        @Override
        public Network network(Graph graph, NetworkOptions options) {
            Network right = new ReferenceEngine().network(graph, settings.apply(options));
            return new Network() {
                @Override
                public Graph graph() {
                    return graph;
                }

                @Override
                public NetworkOptions options() {
                    return options;
                }

                @Override
                public String description() {
                    return "faulty";
                }

                @Override
                public void load(NamedTensors state) {
                    right.load(state);
                }

                @Override
                public NamedTensors state() {
                    return outgoing.apply(right.state());
                }

                @Override
                public StepResult train(Batch batch, double learningRate) {
                    return right.train(batch, rate.apply(learningRate));
                }

                @Override
                public StepResult evaluate(Batch batch, float[] logits) {
                    StepResult result = right.evaluate(batch, logits);
                    logits[0] += logitError;
                    return result;
                }

                @Override
                public void close() {
                    right.close();
                }
            };
        }
    }
}
