package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import onebit.engine.Batch;
import onebit.engine.Engine;
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
        assertFound("gradient of conv0.weight", faulty(rate -> rate * 1.01, options -> options, 0, state -> state));
    }

    @Test
    void findsMissingWeightDecay() {
        assertFound("momentum of conv0.weight", faulty(rate -> rate, options -> options.withDescent(options.momentum(), 0), 0, state -> state));
    }

    @Test
    void findsMissingMomentum() {
        assertFound("momentum of conv0.weight", faulty(rate -> rate, options -> options.withDescent(0, options.weightDecay()), 0, state -> state));
    }

    @Test
    void findsAWrongLogit() {
        assertFound("logits", faulty(rate -> rate, options -> options, 0.01f, state -> state));
    }

    @Test
    void findsAWrongVariance() {
        String variance = random.graph().parameters().stream().filter(p -> p.role() == Graph.Role.VARIANCE).findFirst().orElseThrow().name();
        assertFound(variance, faulty(rate -> rate, options -> options, 0, state -> {
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
    private static Engine faulty(UnaryOperator<Double> rate, UnaryOperator<NetworkOptions> settings, float logitError, UnaryOperator<NamedTensors> outgoing) {
        return new ChangedReference(settings, right -> new ForwardingNetwork(right) {
            @Override
            public NamedTensors state() {
                return outgoing.apply(super.state());
            }

            @Override
            public StepResult train(Batch batch, double learningRate) {
                return super.train(batch, rate.apply(learningRate));
            }

            @Override
            public StepResult evaluate(Batch batch, float[] logits) {
                StepResult result = super.evaluate(batch, logits);
                logits[0] += logitError;
                return result;
            }
        });
    }
}
