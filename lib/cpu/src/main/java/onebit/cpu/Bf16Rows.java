package onebit.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static onebit.cpu.Vectors.FLOATS;
import static onebit.cpu.Vectors.LANES;
import static onebit.cpu.Vectors.even;
import static onebit.cpu.Vectors.loadWords;
import static onebit.cpu.Vectors.odd;
import static onebit.cpu.Vectors.pack;
import static onebit.cpu.Vectors.storeWords;

import jdk.incubator.vector.FloatVector;

/** {@link RowKernels} on bf16, computing in float32: a vector's even-numbered values, then its odd-numbered ones. */
final class Bf16Rows implements RowKernels {

    @Override
    public void activate(long from, long fromStride, long to, long toStride, int count, float[] scale, float[] offset, float floor, int p) {
        var se = Vectors.parameter(scale, p);
        var so = Vectors.parameter(scale, p + LANES);
        var oe = Vectors.parameter(offset, p);
        var oo = Vectors.parameter(offset, p + LANES);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var v = loadWords(from + i * fromStride);
            storeWords(pack(even(v).fma(se, oe).max(f), odd(v).fma(so, oo).max(f)), to + i * toStride);
        }
    }

    @Override
    public void sums(long y, long stride, int count, float[] sum, float[] squares, int p) {
        var ae = FloatVector.zero(FLOATS);
        var ao = ae;
        var qe = ae;
        var qo = ae;
        for (int i = 0; i < count; i++) {
            var v = loadWords(y + i * stride);
            var e = even(v);
            var o = odd(v);
            ae = ae.add(e);
            ao = ao.add(o);
            qe = e.fma(e, qe);
            qo = o.fma(o, qo);
        }
        Vectors.accumulate(ae, sum, p);
        Vectors.accumulate(ao, sum, p + LANES);
        Vectors.accumulate(qe, squares, p);
        Vectors.accumulate(qo, squares, p + LANES);
    }

    @Override
    public void addSums(long y, long stride, long skip, long skipStride, int count, float[] sum, float[] squares, int p) {
        var ae = FloatVector.zero(FLOATS);
        var ao = ae;
        var qe = ae;
        var qo = ae;
        for (int i = 0; i < count; i++) {
            var v = loadWords(y + i * stride);
            var u = loadWords(skip + i * skipStride);
            var w = pack(even(v).add(even(u)), odd(v).add(odd(u)));
            storeWords(w, y + i * stride);
            var e = even(w);
            var o = odd(w);
            ae = ae.add(e);
            ao = ao.add(o);
            qe = e.fma(e, qe);
            qo = o.fma(o, qo);
        }
        Vectors.accumulate(ae, sum, p);
        Vectors.accumulate(ao, sum, p + LANES);
        Vectors.accumulate(qe, squares, p);
        Vectors.accumulate(qo, squares, p + LANES);
    }

    @Override
    public void gradientSums(long gradient, long stride, long activated, long activatedStride, int count, float floor,
                             float[] sum, float[] products, int p) {
        var zero = FloatVector.zero(FLOATS);
        var ae = zero;
        var ao = zero;
        var qe = zero;
        var qo = zero;
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var g = loadWords(gradient + i * stride);
            var a = loadWords(activated + i * activatedStride);
            var xe = even(a);
            var xo = odd(a);
            var e = zero.blend(even(g), xe.compare(GT, f));
            var o = zero.blend(odd(g), xo.compare(GT, f));
            ae = ae.add(e);
            ao = ao.add(o);
            qe = e.fma(xe, qe);
            qo = o.fma(xo, qo);
        }
        Vectors.accumulate(ae, sum, p);
        Vectors.accumulate(ao, sum, p + LANES);
        Vectors.accumulate(qe, products, p);
        Vectors.accumulate(qo, products, p + LANES);
    }

    @Override
    public void gradientSumsOfStored(long gradient, long stride, long x, long xStride, int count, float[] scale, float[] offset,
                                     float floor, float[] sum, float[] products, int p) {
        var zero = FloatVector.zero(FLOATS);
        var ae = zero;
        var ao = zero;
        var qe = zero;
        var qo = zero;
        var se = Vectors.parameter(scale, p);
        var so = Vectors.parameter(scale, p + LANES);
        var oe = Vectors.parameter(offset, p);
        var oo = Vectors.parameter(offset, p + LANES);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var g = loadWords(gradient + i * stride);
            var v = loadWords(x + i * xStride);
            var xe = even(v);
            var xo = odd(v);
            var e = zero.blend(even(g), xe.fma(se, oe).compare(GT, f));
            var o = zero.blend(odd(g), xo.fma(so, oo).compare(GT, f));
            ae = ae.add(e);
            ao = ao.add(o);
            qe = e.fma(xe, qe);
            qo = o.fma(xo, qo);
        }
        Vectors.accumulate(ae, sum, p);
        Vectors.accumulate(ao, sum, p + LANES);
        Vectors.accumulate(qe, products, p);
        Vectors.accumulate(qo, products, p + LANES);
    }

    @Override
    public void finish(long gradient, long stride, long x, int count, float[] scale, float[] offset, float floor,
                       float[] constant, float[] slope, int p) {
        var se = Vectors.parameter(scale, p);
        var so = Vectors.parameter(scale, p + LANES);
        var oe = Vectors.parameter(offset, p);
        var oo = Vectors.parameter(offset, p + LANES);
        var ce = Vectors.parameter(constant, p);
        var co = Vectors.parameter(constant, p + LANES);
        var ke = Vectors.parameter(slope, p);
        var ko = Vectors.parameter(slope, p + LANES);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var g = loadWords(gradient + i * stride);
            var v = loadWords(x + i * stride);
            var xe = even(v);
            var xo = odd(v);
            var re = xe.fma(ke, ce);
            var ro = xo.fma(ko, co);
            re = re.blend(even(g).fma(se, re), xe.fma(se, oe).compare(GT, f));
            ro = ro.blend(odd(g).fma(so, ro), xo.fma(so, oo).compare(GT, f));
            storeWords(pack(re, ro), gradient + i * stride);
        }
    }

    @Override
    public void finishAdding(long gradient, long stride, long x, long added, int count, float[] scale, float[] offset, float floor,
                             float[] constant, float[] slope, int p) {
        var se = Vectors.parameter(scale, p);
        var so = Vectors.parameter(scale, p + LANES);
        var oe = Vectors.parameter(offset, p);
        var oo = Vectors.parameter(offset, p + LANES);
        var ce = Vectors.parameter(constant, p);
        var co = Vectors.parameter(constant, p + LANES);
        var ke = Vectors.parameter(slope, p);
        var ko = Vectors.parameter(slope, p + LANES);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < count; i++) {
            var g = loadWords(gradient + i * stride);
            var v = loadWords(x + i * stride);
            var w = loadWords(added + i * stride);
            var xe = even(v);
            var xo = odd(v);
            var re = xe.fma(ke, ce).add(even(w));
            var ro = xo.fma(ko, co).add(odd(w));
            re = re.blend(even(g).fma(se, re), xe.fma(se, oe).compare(GT, f));
            ro = ro.blend(odd(g).fma(so, ro), xo.fma(so, oo).compare(GT, f));
            storeWords(pack(re, ro), gradient + i * stride);
        }
    }
}
