package onebit.testing;

import java.util.ArrayList;
import java.util.List;
import onebit.engine.Batch;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.NamedTensors;
import onebit.model.Tensor;

/**
 * An engine that computes as ever, while another repeats its steps, each from the same state, and its evaluations. Two engines
 * that are left to themselves part soon: at the method's learning rates training magnifies the last digit of a sum manifold in
 * a few steps, on one engine with two numbers of threads as well as on two engines.
 */
public final class ShadowedEngine implements Engine {

    /**
     * A step of both engines.
     *
     * @param loss     of the one that trains
     * @param shadow   the other's loss
     * @param momentum the relative error of the momentum after the step, of all parameters together, as the norm of the
     *                 difference. Activations next to the kink of their ReLU fall to either side of it on two engines:
     *                 thousandths, not the digits of float32
     * @param worst    the same of the parameter where it is greatest: hundredths
     * @param averages the greatest relative error of how a layer's running averages moved
     */
    public record Step(double loss, double shadow, double momentum, double worst, double averages) {

        public double lossError() {
            return Math.abs(loss - shadow);
        }
    }

    private final Engine engine, shadow;
    private final ConvolutionAlgorithm algorithm;
    private final int every;
    private final List<Step> steps = new ArrayList<>();
    private double logitError;

    /**
     * @param algorithm of the shadow's convolutions
     * @param every     how many steps from one that is repeated to the next
     */
    public ShadowedEngine(Engine engine, Engine shadow, ConvolutionAlgorithm algorithm, int every) {
        this.engine = engine;
        this.shadow = shadow;
        this.algorithm = algorithm;
        this.every = every;
    }

    /** Those that were repeated. */
    public List<Step> steps() {
        return steps;
    }

    /** The greatest difference of a logit in evaluations, as a part of its batch's greatest. */
    public double logitError() {
        return logitError;
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public List<Mode> modes() {
        return engine.modes();
    }

    @Override
    public Network network(Graph graph, NetworkOptions options) {
        return new Shadowed(engine.network(graph, options), shadow.network(graph, options.withAlgorithm(algorithm)));
    }

    private final class Shadowed extends ForwardingNetwork {
        private final Network other;
        private int trained;
        private boolean otherIsBehind = true;

        Shadowed(Network network, Network other) {
            super(network);
            this.other = other;
        }

        @Override
        public void load(NamedTensors state) {
            otherIsBehind = true;
            super.load(state);
        }

        @Override
        public StepResult train(Batch batch, double learningRate) {
            otherIsBehind = true;
            if (trained++ % every != 0) return super.train(batch, learningRate);
            NamedTensors before = state();
            StepResult result = super.train(batch, learningRate);
            other.load(before);
            double otherLoss = other.train(batch, learningRate).loss();
            steps.add(step(before, result.loss(), otherLoss));
            return result;
        }

        private Step step(NamedTensors before, double loss, double otherLoss) {
            NamedTensors mine = state(), others = other.state();
            double difference = 0, norm = 0, worst = 0, averages = 0;
            for (Graph.Parameter p : graph().parameters())
                if (p.trainable()) {
                    Tensor expected = others.get(NamedTensors.momentum(p.name())), actual = mine.get(NamedTensors.momentum(p.name()));
                    worst = Math.max(worst, EngineComparison.relativeNorm(expected, actual));
                    for (int i = 0; i < expected.size(); i++) {
                        difference += Math.pow(expected.values()[i] - actual.values()[i], 2);
                        norm += Math.pow(expected.values()[i], 2);
                    }
                } else {
                    Tensor from = before.get(p.name());
                    averages = Math.max(averages, EngineComparison.relativeNorm(moved(from, others.get(p.name())), moved(from, mine.get(p.name()))));
                }
            return new Step(loss, otherLoss, Math.sqrt(difference / norm), worst, averages);
        }

        private static Tensor moved(Tensor from, Tensor to) {
            float[] way = to.values().clone();
            for (int i = 0; i < way.length; i++) way[i] -= from.values()[i];
            return new Tensor(to.shape(), way);
        }

        @Override
        public StepResult evaluate(Batch batch, float[] logits) {
            if (otherIsBehind) other.load(state());
            otherIsBehind = false;
            float[] mine = new float[batch.size() * graph().classes()], others = new float[mine.length];
            StepResult result = super.evaluate(batch, mine);
            int correct = other.evaluate(batch, others).correct();
            logitError = Math.max(logitError, new PublishedScore.Outputs(result.correct(), mine).distance(new PublishedScore.Outputs(correct, others)));
            if (logits != null) System.arraycopy(mine, 0, logits, 0, mine.length);
            return result;
        }

        @Override
        public void close() {
            super.close();
            other.close();
        }
    }
}
