package onebit.reference;

import onebit.model.Node;
import onebit.model.Shape;

/** Averages over windows, counting only their cells inside the image. */
final class Pooling {

    private final Node.AveragePool pool;
    private final Shape out;
    private final Windows windows;
    private final double[] cells;

    Pooling(Node.AveragePool pool, Shape in, Shape out) {
        this.pool = pool;
        this.out = out;
        this.windows = new Windows(in, out, pool.size(), pool.stride(), pool.padding());
        this.cells = new double[out.height() * out.width()];
        forEachRun((from, to, length) -> {
            for (int i = 0; i < length; i++) cells[to + i]++;
        });
    }

    Images forward(Images x) {
        Images y = Images.zeros(x.count(), out);
        forEachPlane(x, y, (inPlane, outPlane) -> forEachRun((from, to, length) -> {
            for (int i = 0; i < length; i++) y.values()[outPlane + to + i] += x.values()[inPlane + from + i * pool.stride()] / cells[to + i];
        }));
        return y;
    }

    void backward(Images dy, Images dx) {
        forEachPlane(dx, dy, (inPlane, outPlane) -> forEachRun((from, to, length) -> {
            for (int i = 0; i < length; i++) dx.values()[inPlane + from + i * pool.stride()] += dy.values()[outPlane + to + i] / cells[to + i];
        }));
    }

    private void forEachRun(Windows.Run run) {
        for (int row = 0; row < pool.size(); row++)
            for (int column = 0; column < pool.size(); column++) windows.forEachRun(row, column, run);
    }

    private interface Planes {
        void visit(int inPlane, int outPlane);
    }

    private void forEachPlane(Images in, Images out, Planes visitor) {
        for (int image = 0; image < in.count(); image++)
            for (int channel = 0; channel < in.shape().channels(); channel++)
                visitor.visit(in.plane(image, channel), out.plane(image, channel));
    }
}
