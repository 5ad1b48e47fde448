package onebit.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static onebit.cpu.Vectors.FLOATS;
import static onebit.cpu.Vectors.atLeast;
import static onebit.cpu.Vectors.load;
import static onebit.cpu.Vectors.store;
import static onebit.cpu.Vectors.stored;

import jdk.incubator.vector.FloatVector;
import onebit.engine.Precision;

/**
 * What happens to a tensor between convolutions, a row of vectors at a time, computed in float32. A row is {@code count}
 * vectors from an address, {@code stride} bytes apart, that hold the same channels; parameters a channel lie in arrays from
 * {@code p}, in the order of the vector's values ({@link Layout#channel}).
 */
final class RowKernels {

    private final boolean bf16;

    /** @param precision of the tensors, BF16 or FLOAT32 */
    RowKernels(Precision precision) {
        bf16 = precision == Precision.BF16;
    }

    /** to = max(floor, from * scale + offset). */
    void activate(long from, long fromStride, long to, long toStride, int count, float[] scale, float[] offset, float floor, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) store(bf16, atLeast(load(bf16, from + i * fromStride).fma(s, o), f), to + i * toStride);
    }

    /** sum += y, squares += y * y. */
    void sums(long y, long stride, int count, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var b = a;
        var qa = a;
        var qb = a;
        int i = 0;
        for (; i + 1 < count; i += 2) {
            var u = load(bf16, y + i * stride);
            var v = load(bf16, y + (i + 1) * stride);
            a = a.add(u);
            b = b.add(v);
            qa = u.fma(u, qa);
            qb = v.fma(v, qb);
        }
        if (i < count) {
            var u = load(bf16, y + i * stride);
            a = a.add(u);
            qa = u.fma(u, qa);
        }
        Vectors.accumulate(a.add(b), sum, p);
        Vectors.accumulate(qa.add(qb), squares, p);
    }

    /** y += skip, then {@link #sums}. */
    void addSums(long y, long stride, long skip, long skipStride, int count, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var q = a;
        for (int i = 0; i < count; i++) {
            var v = stored(bf16, load(bf16, y + i * stride).add(load(bf16, skip + i * skipStride)));
            store(bf16, v, y + i * stride);
            a = a.add(v);
            q = v.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, squares, p);
    }

    /** With g the gradient where {@code activated > floor}, else 0: sum += g, products += g * activated. */
    void gradientSums(long gradient, long stride, long activated, long activatedStride, int count, float floor,
                      float[] sum, float[] products, int p) {
        var zero = FloatVector.zero(FLOATS);
        var a = zero;
        var q = zero;
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = load(bf16, activated + i * activatedStride);
            var g = zero.blend(load(bf16, gradient + i * stride), v.compare(GT, f));
            a = a.add(g);
            q = g.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, products, p);
    }

    /** With g the gradient where {@code x * scale + offset > floor}, else 0: sum += g, products += g * x. */
    void gradientSumsOfStored(long gradient, long stride, long x, long xStride, int count, float[] scale, float[] offset,
                              float floor, float[] sum, float[] products, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        var zero = FloatVector.zero(FLOATS);
        var a = zero;
        var q = zero;
        for (int i = 0; i < count; i++) {
            var v = load(bf16, x + i * xStride);
            var g = zero.blend(load(bf16, gradient + i * stride), v.fma(s, o).compare(GT, f));
            a = a.add(g);
            q = g.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, products, p);
    }

    /**
     * Finishes a gradient in place: gradient = scale * g + constant + slope * x, with g as in
     * {@link #gradientSumsOfStored}.
     */
    void finish(long gradient, long stride, long x, int count, float[] scale, float[] offset, float floor,
                float[] constant, float[] slope, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var c = Vectors.parameter(constant, p);
        var k = Vectors.parameter(slope, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = load(bf16, x + i * stride);
            var rest = v.fma(k, c);
            store(bf16, rest.blend(load(bf16, gradient + i * stride).fma(s, rest), v.fma(s, o).compare(GT, f)), gradient + i * stride);
        }
    }

    /** {@link #finish}, plus the gradient {@code added} that comes along the skip. */
    void finishAdding(long gradient, long stride, long x, long added, int count, float[] scale, float[] offset, float floor,
                      float[] constant, float[] slope, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var c = Vectors.parameter(constant, p);
        var k = Vectors.parameter(slope, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = load(bf16, x + i * stride);
            var rest = v.fma(k, c).add(load(bf16, added + i * stride));
            store(bf16, rest.blend(load(bf16, gradient + i * stride).fma(s, rest), v.fma(s, o).compare(GT, f)), gradient + i * stride);
        }
    }

    /** to = from. */
    void copy(long from, long fromStride, long to, long toStride, int count) {
        for (int i = 0; i < count; i++) store(bf16, load(bf16, from + i * fromStride), to + i * toStride);
    }

    /** to = 0. */
    void clear(long to, long toStride, int count) {
        var zero = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i++) store(bf16, zero, to + i * toStride);
    }
}
