package onebit.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static onebit.cpu.Vectors.FLOATS;
import static onebit.cpu.Vectors.load;
import static onebit.cpu.Vectors.store;

import jdk.incubator.vector.FloatVector;

/** {@link RowKernels} on float32. */
final class FloatRows implements RowKernels {

    @Override
    public void activate(long from, long fromStride, long to, long toStride, int count, float[] scale, float[] offset, float floor, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) store(load(from + i * fromStride).fma(s, o).max(f), to + i * toStride);
    }

    @Override
    public void sums(long y, long stride, int count, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var b = a;
        var qa = a;
        var qb = a;
        int i = 0;
        for (; i + 1 < count; i += 2) {
            var u = load(y + i * stride);
            var v = load(y + (i + 1) * stride);
            a = a.add(u);
            b = b.add(v);
            qa = u.fma(u, qa);
            qb = v.fma(v, qb);
        }
        if (i < count) {
            var u = load(y + i * stride);
            a = a.add(u);
            qa = u.fma(u, qa);
        }
        Vectors.accumulate(a.add(b), sum, p);
        Vectors.accumulate(qa.add(qb), squares, p);
    }

    @Override
    public void addSums(long y, long stride, long skip, long skipStride, int count, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var q = a;
        for (int i = 0; i < count; i++) {
            var v = load(y + i * stride).add(load(skip + i * skipStride));
            store(v, y + i * stride);
            a = a.add(v);
            q = v.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, squares, p);
    }

    @Override
    public void gradientSums(long gradient, long stride, long activated, long activatedStride, int count, float floor,
                             float[] sum, float[] products, int p) {
        var zero = FloatVector.zero(FLOATS);
        var a = zero;
        var q = zero;
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = load(activated + i * activatedStride);
            var g = zero.blend(load(gradient + i * stride), v.compare(GT, f));
            a = a.add(g);
            q = g.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, products, p);
    }

    @Override
    public void gradientSumsOfStored(long gradient, long stride, long x, long xStride, int count, float[] scale, float[] offset,
                                     float floor, float[] sum, float[] products, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        var zero = FloatVector.zero(FLOATS);
        var a = zero;
        var q = zero;
        for (int i = 0; i < count; i++) {
            var v = load(x + i * xStride);
            var g = zero.blend(load(gradient + i * stride), v.fma(s, o).compare(GT, f));
            a = a.add(g);
            q = g.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, products, p);
    }

    @Override
    public void finish(long gradient, long stride, long x, int count, float[] scale, float[] offset, float floor,
                       float[] constant, float[] slope, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var c = Vectors.parameter(constant, p);
        var k = Vectors.parameter(slope, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = load(x + i * stride);
            var rest = v.fma(k, c);
            store(rest.blend(load(gradient + i * stride).fma(s, rest), v.fma(s, o).compare(GT, f)), gradient + i * stride);
        }
    }

    @Override
    public void finishAdding(long gradient, long stride, long x, long added, int count, float[] scale, float[] offset, float floor,
                             float[] constant, float[] slope, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var c = Vectors.parameter(constant, p);
        var k = Vectors.parameter(slope, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = load(x + i * stride);
            var rest = v.fma(k, c).add(load(added + i * stride));
            store(rest.blend(load(gradient + i * stride).fma(s, rest), v.fma(s, o).compare(GT, f)), gradient + i * stride);
        }
    }

    @Override
    public void copy(long from, long fromStride, long to, long toStride, int count) {
        for (int i = 0; i < count; i++) store(load(from + i * fromStride), to + i * toStride);
    }

    @Override
    public void clear(long to, long toStride, int count) {
        var zero = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i++) store(zero, to + i * toStride);
    }
}
