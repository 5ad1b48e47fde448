package onebit.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import onebit.model.Graph.Role;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Tensor;
import onebit.plan.Reading;

/**
 * Batch norm and activation between a stored tensor and the convolution that reads it, in training and inference:
 * activated = max(floor, x * scale + offset), with scale and offset a channel. Each worker sums its part of the batch;
 * after a barrier each works out the same numbers for itself.
 *
 * <p>Without batch norm scale is 1 and offset 0. For padding channels both are always 0, so that whatever lies there
 * reaches no convolution and no gradient.
 */
final class Normalization {

    final Layout layout;
    final float floor;
    private final Optional<Node.BatchNorm> norm;
    private final double values;
    private final Part[] parts;

    private final float[] mean, variance, gamma, beta, gammaMomentum, betaMomentum;

    /** A worker's own arrays, all in the order of the layout's parameters. */
    static final class Part {
        final float[] scale, offset, sum, squares;
        /** The same without what is learned: x * unitScale + unitOffset is normalized x. */
        final float[] unitScale, unitOffset;
        /** Of the gradient: its sum and its products with the activated (or stored) values. */
        final float[] gradientSum, products;
        /** Of the finished gradient: see {@link RowKernels#finish}. */
        final float[] constant, slope;

        /** A channel: mean, 1 / standard deviation, and the latter times the learned scale. */
        final double[] center, inverse, factor;
        /** A channel: this worker's sums, in double precision, and the finished gradient's constant. */
        private final double[] valueSums, squareSums, gradientSums, productSums, constants;

        Part(int n, int channels) {
            center = new double[channels];
            inverse = new double[channels];
            factor = new double[channels];
            valueSums = new double[channels];
            squareSums = new double[channels];
            gradientSums = new double[channels];
            productSums = new double[channels];
            constants = new double[channels];
            scale = new float[n];
            offset = new float[n];
            unitScale = new float[n];
            unitOffset = new float[n];
            sum = new float[n];
            squares = new float[n];
            gradientSum = new float[n];
            products = new float[n];
            constant = new float[n];
            slope = new float[n];
        }

        private void set(int c, double mean, double variance, double gamma) {
            center[c] = mean;
            inverse[c] = 1 / Math.sqrt(variance);
            factor[c] = gamma * inverse[c];
        }
    }

    /** @param images in a full batch */
    Normalization(Reading reading, Layout layout, int workers, int images) {
        this.layout = layout;
        this.norm = reading.norm();
        this.floor = reading.activation().floor();
        this.values = (double) images * layout.pixels;
        int channels = layout.shape.channels();
        parts = new Part[workers];
        Arrays.setAll(parts, i -> new Part(layout.parameters(), channels));
        mean = new float[channels];
        variance = new float[channels];
        gamma = new float[channels];
        beta = new float[channels];
        gammaMomentum = new float[channels];
        betaMomentum = new float[channels];
        Arrays.fill(variance, 1);
        Arrays.fill(gamma, 1);
        double[] ones = new double[channels];
        Arrays.fill(ones, 1);
        for (Part p : parts) layout.spread(ones, p.scale);
    }

    boolean normalizes() {
        return norm.isPresent();
    }

    /** Whether the convolution may read the tensor as it is stored: nothing to do, and no padding to keep out. */
    boolean passesThrough() {
        return norm.isEmpty() && floor == Float.NEGATIVE_INFINITY && layout.channels == layout.shape.channels();
    }

    /** Whether {@link #finishBackward} needs products with the stored values instead of the activated ones. */
    boolean affine() {
        return norm.filter(Node.BatchNorm::affine).isPresent();
    }

    Part part(Worker worker) {
        return parts[worker.index];
    }

    /** Clears the worker's sums of values. */
    void beginForward(Worker worker) {
        Arrays.fill(part(worker).sum, 0);
        Arrays.fill(part(worker).squares, 0);
    }

    void beginBackward(Worker worker) {
        Arrays.fill(part(worker).gradientSum, 0);
        Arrays.fill(part(worker).products, 0);
    }

    /** Adds up the worker's sums of values, before the barrier. */
    void endForward(Worker worker) {
        Part p = part(worker);
        gather(p.sum, p.valueSums);
        gather(p.squares, p.squareSums);
    }

    /** Adds up the worker's sums of gradients, before the barrier. */
    void endBackward(Worker worker) {
        Part p = part(worker);
        gather(p.gradientSum, p.gradientSums);
        gather(p.products, p.productSums);
        if (!affine()) return;
        for (int c = 0; c < mean.length; c++) p.productSums[c] = normalizedProduct(p, c, p.productSums[c]);
    }

    private void gather(float[] parameters, double[] perChannel) {
        Arrays.fill(perChannel, 0);
        layout.gather(parameters, perChannel);
    }

    /** Sum of g * (normalized x) from that of g * x. */
    private static double normalizedProduct(Part p, int c, double product) {
        return (product - p.center[c] * p.gradientSums[c]) * p.inverse[c];
    }

    /** Scale and offset from the batch's statistics; the first worker moves the running averages. */
    void useBatch(Worker worker) {
        if (norm.isEmpty()) return;
        int channels = mean.length;
        double[] sum = new double[channels], squares = new double[channels];
        for (Part p : parts) {
            add(p.valueSums, sum);
            add(p.squareSums, squares);
        }
        double momentum = norm.get().momentum();
        for (int c = 0; c < channels; c++) {
            double m = sum[c] / values, v = Math.max(0, squares[c] / values - m * m);
            part(worker).set(c, m, v + norm.get().epsilon(), gamma[c]);
            if (worker.index != 0) continue;
            mean[c] = (float) (momentum * mean[c] + (1 - momentum) * m);
            variance[c] = (float) (momentum * variance[c] + (1 - momentum) * v * values / Math.max(1, values - 1));
        }
        spread(worker);
    }

    /** Scale and offset from the running averages. */
    void useAverages(Worker worker) {
        if (norm.isEmpty()) return;
        for (int c = 0; c < mean.length; c++) part(worker).set(c, mean[c], variance[c] + norm.get().epsilon(), gamma[c]);
        spread(worker);
    }

    private void spread(Worker worker) {
        Part p = part(worker);
        double[] offsets = new double[mean.length];
        for (int c = 0; c < offsets.length; c++) offsets[c] = beta[c] - p.center[c] * p.factor[c];
        layout.spread(p.factor, p.scale);
        layout.spread(offsets, p.offset);
        if (!affine()) return;
        for (int c = 0; c < offsets.length; c++) offsets[c] = -p.center[c] * p.inverse[c];
        layout.spread(p.inverse, p.unitScale);
        layout.spread(offsets, p.unitOffset);
    }

    /**
     * From all workers' sums, what {@link RowKernels#finish} needs: the gradient of x is
     * factor * (g - mean(g) - normalized x * mean(g * normalized x)), written as scale * g + constant + slope * x.
     */
    void finishBackward(Worker worker) {
        if (norm.isEmpty()) return;
        int channels = mean.length;
        Part p = part(worker);
        double[] gradients = new double[channels], products = new double[channels], slope = new double[channels];
        sumGradients(gradients, products);
        for (int c = 0; c < channels; c++) {
            slope[c] = -p.factor[c] / values * p.inverse[c] * products[c];
            p.constants[c] = -p.factor[c] / values * gradients[c] - slope[c] * p.center[c];
        }
        layout.spread(p.constants, p.constant);
        layout.spread(slope, p.slope);
    }

    private static void add(double[] from, double[] to) {
        for (int i = 0; i < to.length; i++) to[i] += from[i];
    }

    /** Sums over the batch of g and of g * (normalized x). */
    private void sumGradients(double[] gradients, double[] products) {
        for (Part p : parts) {
            add(p.gradientSums, gradients);
            add(p.productSums, products);
        }
    }

    /** The normalized value of channel c, not activated. */
    double apply(Part part, int c, double x) {
        return norm.isEmpty() ? x : (x - part.center[c]) * part.factor[c] + beta[c];
    }

    /** The finished gradient of channel c, but for its part that is proportional to x (the slope). */
    double finished(Part part, int c, double gradient) {
        return norm.isEmpty() ? gradient : part.factor[c] * gradient + part.constants[c];
    }

    /** Takes the worker's sums of g and of g * x that the network's head made, a value a channel. */
    void setGradientSums(Worker worker, double[] gradients, double[] products) {
        Part p = part(worker);
        System.arraycopy(gradients, 0, p.gradientSums, 0, gradients.length);
        for (int c = 0; c < products.length; c++) p.productSums[c] = normalizedProduct(p, c, products[c]);
    }

    /** Takes the whole batch's sums of g and of g * (normalized x), a value a channel, on one worker; the others' are zero. */
    void setGradients(Worker worker, double[] gradients, double[] products) {
        Part p = part(worker);
        System.arraycopy(gradients, 0, p.gradientSums, 0, gradients.length);
        System.arraycopy(products, 0, p.productSums, 0, products.length);
    }

    /** Gradient of a weight that reads channel c, from that of one that reads normalized x and the sum of what it is multiplied with. */
    double appliedToGradient(int c, double ofNormalized, double ofConstant) {
        return gamma[c] * ofNormalized + beta[c] * ofConstant;
    }

    /** Descent on scale and offset; no weight decay there. */
    void update(double momentum, double rate) {
        double[] gradients = new double[mean.length], products = new double[mean.length];
        sumGradients(gradients, products);
        for (int c = 0; c < mean.length; c++) {
            gammaMomentum[c] = (float) (momentum * gammaMomentum[c] - rate * products[c]);
            gamma[c] += gammaMomentum[c];
            betaMomentum[c] = (float) (momentum * betaMomentum[c] - rate * gradients[c]);
            beta[c] += betaMomentum[c];
        }
    }

    void load(NamedTensors state) {
        if (norm.isEmpty()) return;
        copy(state, Role.MEAN, mean);
        copy(state, Role.VARIANCE, variance);
        if (!affine()) return;
        copy(state, Role.SCALE, gamma);
        copy(state, Role.OFFSET, beta);
        copyMomentum(state, Role.SCALE, gammaMomentum);
        copyMomentum(state, Role.OFFSET, betaMomentum);
    }

    private void copy(NamedTensors state, Role role, float[] to) {
        System.arraycopy(state.get(role.of(norm.orElseThrow().name())).values(), 0, to, 0, to.length);
    }

    private void copyMomentum(NamedTensors state, Role role, float[] to) {
        String name = NamedTensors.momentum(role.of(norm.orElseThrow().name()));
        if (state.contains(name)) System.arraycopy(state.get(name).values(), 0, to, 0, to.length);
        else Arrays.fill(to, 0);
    }

    void save(NamedTensors state, boolean training) {
        if (norm.isEmpty()) return;
        if (affine()) {
            put(state, Role.SCALE.of(norm.get().name()), gamma);
            put(state, Role.OFFSET.of(norm.get().name()), beta);
            if (training) {
                put(state, NamedTensors.momentum(Role.SCALE.of(norm.get().name())), gammaMomentum);
                put(state, NamedTensors.momentum(Role.OFFSET.of(norm.get().name())), betaMomentum);
            }
        }
        put(state, Role.MEAN.of(norm.get().name()), mean);
        put(state, Role.VARIANCE.of(norm.get().name()), variance);
    }

    private static void put(NamedTensors state, String name, float[] values) {
        state.put(name, new Tensor(List.of(values.length), values.clone()));
    }
}
