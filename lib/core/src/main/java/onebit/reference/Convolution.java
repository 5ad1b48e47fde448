package onebit.reference;

import onebit.model.Node;
import onebit.model.Shape;

/** A convolution's sums: each weight ties an output position to an input position, in all three directions alike. */
final class Convolution {

    private final Node.Conv conv;
    private final Shape in;
    private final Shape out;
    private final Windows windows;

    Convolution(Node.Conv conv, Shape in, Shape out) {
        this.conv = conv;
        this.in = in;
        this.out = out;
        this.windows = new Windows(in, out, conv.kernel(), conv.stride(), conv.padding());
    }

    /** y = sum of w * x. */
    Images forward(Images x, double[] weights) {
        Images y = Images.zeros(x.count(), out);
        forEachWeight(x.count(), (weight, inPlane, outPlane, row, column) -> {
            double w = weights[weight];
            windows.forEachRun(row, column, (from, to, length) -> {
                for (int i = 0; i < length; i++) y.values()[outPlane + to + i] += w * x.values()[inPlane + from + i * conv.stride()];
            });
        });
        return y;
    }

    /** dx = sum of w * dy, added to what {@code dx} holds. */
    void backwardData(Images dy, double[] weights, Images dx) {
        forEachWeight(dy.count(), (weight, inPlane, outPlane, row, column) -> {
            double w = weights[weight];
            windows.forEachRun(row, column, (from, to, length) -> {
                for (int i = 0; i < length; i++) dx.values()[inPlane + from + i * conv.stride()] += w * dy.values()[outPlane + to + i];
            });
        });
    }

    /** dw = sum of x * dy. */
    double[] backwardWeights(Images x, Images dy) {
        double[] dw = new double[conv.weights()];
        forEachWeight(x.count(), (weight, inPlane, outPlane, row, column) ->
            windows.forEachRun(row, column, (from, to, length) -> {
                double sum = 0;
                for (int i = 0; i < length; i++) sum += x.values()[inPlane + from + i * conv.stride()] * dy.values()[outPlane + to + i];
                dw[weight] += sum;
            }));
        return dw;
    }

    private interface Visitor {
        void visit(int weight, int inPlane, int outPlane, int row, int column);
    }

    /** Every weight in every image, with the planes it joins. */
    private void forEachWeight(int images, Visitor visitor) {
        int plane = in.height() * in.width(), outPlane = out.height() * out.width();
        for (int image = 0; image < images; image++) {
            int weight = 0;
            for (int o = 0; o < out.channels(); o++)
                for (int i = 0; i < in.channels(); i++)
                    for (int row = 0; row < conv.kernel(); row++)
                        for (int column = 0; column < conv.kernel(); column++)
                            visitor.visit(weight++, (image * in.channels() + i) * plane, (image * out.channels() + o) * outPlane, row, column);
        }
    }
}
