package onebit.cpu;

import java.util.Arrays;
import onebit.plan.Pass;

/**
 * The end of the network: logits = factor * mean over positions of norm(x), softmax and cross-entropy, and the
 * gradient back to x. Small beside the convolutions: the logits themselves are float64.
 */
final class Head {

    private final Layout layout;
    private final Normalization norm;
    private final double factor;
    private final RowKernels kernels;
    private final int classes, batchSize;

    /** Mean of x over positions, image by image, and then the gradient of the loss by the logits. */
    private final double[] pooled, gradient;
    private final double[] losses;
    private final int[] correct;

    Head(Pass.Head pass, Layout layout, Normalization norm, RowKernels kernels, int workers, int batchSize) {
        this.layout = layout;
        this.norm = norm;
        this.factor = pass.factor();
        this.kernels = kernels;
        this.batchSize = batchSize;
        classes = layout.shape.channels();
        pooled = new double[batchSize * classes];
        gradient = new double[batchSize * classes];
        losses = new double[workers];
        correct = new int[workers];
    }

    /**
     * Logits, loss and hits of the worker's images, once scale and offset of the norm are known.
     *
     * @param labels of all images of the batch
     * @param x      address of the batch's last stored tensor
     * @param logits receives classes values an image, or null
     */
    void forward(Worker worker, int[] labels, long x, float[] logits) {
        Normalization.Part part = norm.part(worker);
        float[] sums = new float[layout.parameters()], squares = new float[layout.parameters()];
        double loss = 0;
        int hits = 0;
        for (int n = worker.from; n < Math.min(worker.to, labels.length); n++) {
            long image = x + n * layout.imageBytes;
            Arrays.fill(sums, 0);
            layout.rows((o, stride, count, p) -> kernels.sums(image + o, stride, count, sums, squares, p));
            double[] mean = new double[classes], scores = new double[classes];
            layout.gather(sums, mean);
            for (int c = 0; c < classes; c++) {
                pooled[n * classes + c] = mean[c] / layout.pixels;
                scores[c] = factor * norm.apply(part, c, mean[c] / layout.pixels);
                if (logits != null) logits[n * classes + c] = (float) scores[c];
            }
            int best = best(scores);
            loss += cross(scores, scores[best], labels[n], n);
            if (best == labels[n]) hits++;
        }
        losses[worker.index] = loss;
        correct[worker.index] = hits;
    }

    /** Cross-entropy; leaves its gradient by the logits, divided by the batch's size. */
    private double cross(double[] scores, double max, int label, int n) {
        double total = 0;
        for (double s : scores) total += Math.exp(s - max);
        for (int c = 0; c < classes; c++)
            gradient[n * classes + c] = (Math.exp(scores[c] - max) / total - (c == label ? 1 : 0)) / batchSize;
        return max + Math.log(total) - scores[label];
    }

    /** The first class that has the greatest score. */
    private static int best(double[] scores) {
        int best = 0;
        for (int c = 1; c < scores.length; c++) if (scores[c] > scores[best]) best = c;
        return best;
    }

    double loss() {
        return Arrays.stream(losses).sum();
    }

    int correct() {
        return Arrays.stream(correct).sum();
    }

    /** Sums for the norm's gradient over the worker's images. */
    void sumGradients(Worker worker) {
        double[] gradients = new double[classes], products = new double[classes];
        for (int n = worker.from; n < worker.to; n++)
            for (int c = 0; c < classes; c++) {
                double g = factor * gradient[n * classes + c];
                gradients[c] += g;
                products[c] += g * pooled[n * classes + c];
            }
        norm.setGradientSums(worker, gradients, products);
    }

    /** The gradient of x for the worker's images, once all sums are there. */
    void backward(Worker worker, long dx, long x) {
        Normalization.Part part = norm.part(worker);
        float[] constant = new float[layout.parameters()];
        double[] perChannel = new double[classes];
        for (int n = worker.from; n < worker.to; n++) {
            for (int c = 0; c < classes; c++)
                perChannel[c] = norm.finished(part, c, factor * gradient[n * classes + c] / layout.pixels);
            layout.spread(perChannel, constant);
            long from = x + n * layout.imageBytes, to = dx + n * layout.imageBytes;
            layout.rows((o, stride, count, p) ->
                kernels.activate(from + o, stride, to + o, stride, count, part.slope, constant, Float.NEGATIVE_INFINITY, p));
        }
    }
}
