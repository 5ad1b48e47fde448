package onebit.dl4j.layer;

import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Stochastic gradient descent with momentum in the method's form: v = momentum * v - rate * g, w = w + v. (DL4J's own
 * updater with momentum is Nesterov's.) The rate is read at each step, from the schedule if there is one.
 */
public final class MomentumDescent implements IUpdater {

    private static final long serialVersionUID = 1;

    private final double momentum;
    private double rate;
    private ISchedule schedule;

    public MomentumDescent(@JsonProperty("momentum") double momentum, @JsonProperty("rate") double rate) {
        this.momentum = momentum;
        this.rate = rate;
    }

    @Override
    public long stateSize(long parameters) {
        return parameters;
    }

    @Override
    public GradientUpdater<MomentumDescent> instantiate(INDArray state, boolean initialize) {
        Updater updater = new Updater(this);
        updater.setStateViewArray(state, state.shape(), 'c', initialize);
        return updater;
    }

    @Override
    public GradientUpdater<MomentumDescent> instantiate(Map<String, INDArray> state, boolean initialize) {
        Updater updater = new Updater(this);
        updater.setState(state, initialize);
        return updater;
    }

    @Override
    public MomentumDescent clone() {
        MomentumDescent copy = new MomentumDescent(momentum, rate);
        copy.schedule = schedule == null ? null : schedule.clone();
        return copy;
    }

    @Override
    public double getLearningRate(int iteration, int epoch) {
        return schedule == null ? rate : schedule.valueAt(iteration, epoch);
    }

    @Override
    public boolean hasLearningRate() {
        return true;
    }

    @Override
    public void setLrAndSchedule(double newRate, ISchedule newSchedule) {
        rate = newRate;
        schedule = newSchedule;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MomentumDescent m && m.momentum == momentum && m.rate == rate && Objects.equals(m.schedule, schedule);
    }

    @Override
    public int hashCode() {
        return Objects.hash(momentum, rate, schedule);
    }

    /** The step: makes of a gradient what DL4J is to subtract from the parameters, that is -v. */
    private static final class Updater implements GradientUpdater<MomentumDescent> {
        private static final String STATE = "v";
        private final MomentumDescent config;
        private INDArray v;

        Updater(MomentumDescent config) {
            this.config = config;
        }

        @Override
        public MomentumDescent getConfig() {
            return config;
        }

        @Override
        public void setState(Map<String, INDArray> state, boolean initialize) {
            v = state.get(STATE);
            if (v == null) throw new IllegalArgumentException("The momentum '" + STATE + "' is missing; there are " + state.keySet() + ".");
            if (initialize) v.assign(0);
        }

        @Override
        public Map<String, INDArray> getState() {
            return Map.of(STATE, v);
        }

        @Override
        public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
            if (initialize) view.assign(0);
            v = view.reshape(view.length());
        }

        @Override
        public void applyUpdater(INDArray gradient, int iteration, int epoch) {
            v.muli(config.momentum);
            Nd4j.exec(new Axpy(gradient, v, v, -config.getLearningRate(iteration, epoch)));
            Nd4j.exec(new Negative(v, gradient));
        }
    }
}
