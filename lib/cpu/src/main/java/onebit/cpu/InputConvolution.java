package onebit.cpu;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import onebit.model.Node;
import onebit.plan.Activation;
import onebit.plan.Buffer;
import onebit.plan.Pass;
import onebit.plan.Reading;
import onebit.plan.TrainingPlan;

/**
 * The 3x3 convolution that reads the images: its few channels are not padded, and no gradient of the images is made.
 * What a learned scale and offset before it need follows from the gradient of the weights instead. With x normalized
 * images, a = scale * x + offset, G the gradient of the weights if x itself were convolved, and D the sum of the
 * result's gradient over the pixels that a tap reads inside the image: the weights' gradient is scale * G + offset * D,
 * the scale's is the sum of weight * G and the offset's that of weight * D, over output channels and taps.
 */
final class InputConvolution extends DirectConvolution {

    private static final int TAPS = 9;

    /**
     * A worker's sums of the result's gradient: over all pixels, the first and last row and column, and the corners; behind
     * them the squares, which the kernel sums too and nobody wants.
     */
    private final float[][][] sums;
    private final int[] plain;

    /** The buffer of images if it is read by such a convolution alone and consists of whole vectors. */
    static Optional<Buffer> planar(TrainingPlan plan) {
        Buffer images = plan.forward().stream().filter(p -> p instanceof Pass.Load).map(p -> ((Pass.Load) p).out()).findFirst().orElseThrow();
        List<Pass> readers = plan.forward().stream().filter(p -> p.reads().contains(images)).toList();
        boolean channels = images.shape().channels() == 1 || images.shape().channels() == 3;
        boolean whole = images.shape().height() * images.shape().width() % Vectors.LANES == 0;
        return channels && whole && readers.size() == 1 && readers.getFirst() instanceof Pass.Forward f && allows(f.conv(), f.source())
            ? Optional.of(images) : Optional.empty();
    }

    private static boolean allows(Node.Conv conv, Reading source) {
        return keepsSize(conv) && source.activation() == Activation.NONE;
    }

    InputConvolution(Node.Conv node, Layout in, Layout out, Normalization source, Gradients gradients, RowKernels kernels,
                     Chunks chunks, boolean training, Natives natives) {
        super(node, in, out, source, gradients, kernels, chunks, training, false, natives);
        sums = new float[chunks.workers()][TAPS + 1][out.parameters()];
        plain = training && source.affine() ? products.plainPlaces() : new int[0];
    }

    @Override
    void backward(Worker worker, int images, long x, long dy, long dx, boolean first, int half) {
        if (!source.affine()) {
            super.backward(worker, images, x, dy, 0, first, half);
            return;
        }
        Normalization.Part part = source.part(worker);
        gradientOfWeights(worker, images, activated(worker, images, x, part.unitScale, part.unitOffset), dy, first, half);
        float[][] s = sums[worker.index];
        if (first) for (float[] sum : s) Arrays.fill(sum, 0);
        for (int i = 0; i < images; i++) {
            long image = dy + i * out.imageBytes;
            out.rows((o, pixel, n, p) -> sumBorders(s, image + o, pixel, p));
        }
    }

    /** Adds to the sums: those of taps are over rows (all, all but the first, all but the last) and columns alike. */
    private void sumBorders(float[][] s, long from, long pixel, int p) {
        float[] squares = s[TAPS];
        int width = out.shape.width(), height = out.shape.height();
        long line = pixel * width, lastRow = from + (height - 1) * line, lastColumn = (width - 1) * pixel;
        kernels.sums(from, pixel, width * height, s[0], squares, p);
        kernels.sums(from, pixel, width, s[1], squares, p);
        kernels.sums(lastRow, pixel, width, s[2], squares, p);
        kernels.sums(from, line, height, s[3], squares, p);
        kernels.sums(from + lastColumn, line, height, s[4], squares, p);
        kernels.sums(from, pixel, 1, s[5], squares, p);
        kernels.sums(from + lastColumn, pixel, 1, s[6], squares, p);
        kernels.sums(lastRow, pixel, 1, s[7], squares, p);
        kernels.sums(lastRow + lastColumn, pixel, 1, s[8], squares, p);
    }

    /** The sum of the result's gradient over the pixels for which the tap at (row, column) of the filter is inside the image. */
    private double inside(int channel, int row, int column) {
        double sum = 0;
        for (float[][] s : sums) {
            sum += s[0][channel];
            if (row != 1) sum -= s[row == 0 ? 1 : 2][channel];
            if (column != 1) sum -= s[column == 0 ? 3 : 4][channel];
            if (row != 1 && column != 1) sum += s[5 + (row == 0 ? 0 : 2) + (column == 0 ? 0 : 1)][channel];
        }
        return sum;
    }

    @Override
    void update(Worker worker, int workers, Descent d, int half) {
        if (!source.affine()) {
            super.update(worker, workers, d, half);
        } else if (worker.index == 0) {
            finishGradients(worker, workers, half);
            super.update(worker, 1, d, half);
        }
    }

    /** From the first worker's sum on: the gradients of the weights, and of scale and offset. */
    private void finishGradients(Worker worker, int workers, int half) {
        long gradient = gradients.of(half, 0), weights = inUse();
        for (int w = 1; w < workers; w++) WeightKernels.add(gradient, gradients.of(half, w), products.count);
        double[] ofScale = new double[in.channels], ofOffset = new double[in.channels];
        for (int i = 0; i < plain.length; i++) {
            int tap = plain[i] % TAPS, c = plain[i] / TAPS % in.channels, o = plain[i] / TAPS / in.channels;
            double g = get(gradient, i), inside = inside(o, tap / 3, tap % 3), w = get(weights, i);
            ofScale[c] += w * g;
            ofOffset[c] += w * inside;
            Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT, gradient + 4L * i, (float) source.appliedToGradient(c, g, inside));
        }
        source.setGradients(worker, ofOffset, ofScale);
    }

    private static double get(long values, int i) {
        return Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, values + 4L * i);
    }
}
