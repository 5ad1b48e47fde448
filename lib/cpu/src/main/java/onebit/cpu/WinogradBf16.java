package onebit.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static onebit.cpu.Vectors.BYTES;
import static onebit.cpu.Vectors.FLOATS;
import static onebit.cpu.Vectors.LANES;
import static onebit.cpu.Vectors.even;
import static onebit.cpu.Vectors.loadWords;
import static onebit.cpu.Vectors.odd;
import static onebit.cpu.Vectors.pack;
import static onebit.cpu.Vectors.storeWords;

import jdk.incubator.vector.FloatVector;

/**
 * F(2 x 2, 3 x 3) on bf16 tensors. A pixel of a row is two vectors: the group's even-numbered channels, then its
 * odd-numbered ones; products come in the same order, so that packing them needs no shuffle. Each kernel is small and
 * packs at most two vectors: beyond that the JIT compiler stops inlining and boxes every vector.
 */
final class WinogradBf16 implements Winograd {

    private static final int PIXEL = 2 * BYTES;

    @Override
    public int tile() {
        return 2;
    }

    @Override
    public int pixelBytes() {
        return PIXEL;
    }

    @Override
    public void loadActivated(long from, long stride, int width, long row, float[] scale, float[] offset, float floor, int p) {
        var se = Vectors.parameter(scale, p);
        var so = Vectors.parameter(scale, p + LANES);
        var oe = Vectors.parameter(offset, p);
        var oo = Vectors.parameter(offset, p + LANES);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < width; i++) {
            var v = loadWords(from + i * stride);
            Vectors.store(even(v).fma(se, oe).max(f), row + i * (long) PIXEL);
            Vectors.store(odd(v).fma(so, oo).max(f), row + i * (long) PIXEL + BYTES);
        }
    }

    @Override
    public void load(long from, long stride, int width, long row) {
        for (int i = 0; i < width; i++) {
            var v = loadWords(from + i * stride);
            Vectors.store(even(v), row + i * (long) PIXEL);
            Vectors.store(odd(v), row + i * (long) PIXEL + BYTES);
        }
    }

    @Override
    public void input(long[] rows, int tiles, long to, long tileStride, long planeStride, long scratch) {
        inputLeft(rows[0], rows[2], -1, tiles, to, tileStride, planeStride);
        inputRight(rows[0], rows[2], -1, tiles, to + 2 * planeStride, tileStride, planeStride);
        inputLeft(rows[1], rows[2], 1, tiles, to + 4 * planeStride, tileStride, planeStride);
        inputRight(rows[1], rows[2], 1, tiles, to + 6 * planeStride, tileStride, planeStride);
        inputLeft(rows[2], rows[1], -1, tiles, to + 8 * planeStride, tileStride, planeStride);
        inputRight(rows[2], rows[1], -1, tiles, to + 10 * planeStride, tileStride, planeStride);
        inputLeft(rows[1], rows[3], -1, tiles, to + 12 * planeStride, tileStride, planeStride);
        inputRight(rows[1], rows[3], -1, tiles, to + 14 * planeStride, tileStride, planeStride);
    }

    /** With t = a + sign * b: t0 - t2 and t1 + t2. */
    private static void inputLeft(long a, long b, float sign, int tiles, long to, long tileStride, long planeStride) {
        var s = FloatVector.broadcast(FLOATS, sign);
        var e0 = Vectors.load(b).fma(s, Vectors.load(a));
        var o0 = Vectors.load(b + BYTES).fma(s, Vectors.load(a + BYTES));
        for (int t = 0; t < tiles; t++) {
            var e1 = Vectors.load(b + PIXEL).fma(s, Vectors.load(a + PIXEL));
            var o1 = Vectors.load(b + PIXEL + BYTES).fma(s, Vectors.load(a + PIXEL + BYTES));
            var e2 = Vectors.load(b + 2 * PIXEL).fma(s, Vectors.load(a + 2 * PIXEL));
            var o2 = Vectors.load(b + 2 * PIXEL + BYTES).fma(s, Vectors.load(a + 2 * PIXEL + BYTES));
            storeWords(pack(e0.sub(e2), o0.sub(o2)), to);
            storeWords(pack(e1.add(e2), o1.add(o2)), to + planeStride);
            e0 = e2;
            o0 = o2;
            a += 2 * PIXEL;
            b += 2 * PIXEL;
            to += tileStride;
        }
    }

    /** With t = a + sign * b: t2 - t1 and t1 - t3. */
    private static void inputRight(long a, long b, float sign, int tiles, long to, long tileStride, long planeStride) {
        var s = FloatVector.broadcast(FLOATS, sign);
        var e1 = Vectors.load(b + PIXEL).fma(s, Vectors.load(a + PIXEL));
        var o1 = Vectors.load(b + PIXEL + BYTES).fma(s, Vectors.load(a + PIXEL + BYTES));
        for (int t = 0; t < tiles; t++) {
            var e2 = Vectors.load(b + 2 * PIXEL).fma(s, Vectors.load(a + 2 * PIXEL));
            var o2 = Vectors.load(b + 2 * PIXEL + BYTES).fma(s, Vectors.load(a + 2 * PIXEL + BYTES));
            var e3 = Vectors.load(b + 3 * PIXEL).fma(s, Vectors.load(a + 3 * PIXEL));
            var o3 = Vectors.load(b + 3 * PIXEL + BYTES).fma(s, Vectors.load(a + 3 * PIXEL + BYTES));
            storeWords(pack(e2.sub(e1), o2.sub(o1)), to);
            storeWords(pack(e1.sub(e3), o1.sub(o3)), to + planeStride);
            e1 = e3;
            o1 = o3;
            a += 2 * PIXEL;
            b += 2 * PIXEL;
            to += tileStride;
        }
    }

    @Override
    public void outputGradient(long[] rows, int tiles, long to, long tileStride, long planeStride, long scratch) {
        for (int i = 0; i < 4; i++) {
            float first = i == 3 ? 0 : 1, second = i == 0 ? 0 : i == 1 ? 1 : -1;
            gradientLeft(rows[0], rows[1], first, second, tiles, to + 4 * i * planeStride, tileStride, planeStride);
            gradientRight(rows[0], rows[1], first, second, tiles, to + (4 * i + 2) * planeStride, tileStride, planeStride);
        }
    }

    /** With t = first * a + second * b: t0 and t0 + t1. */
    private static void gradientLeft(long a, long b, float first, float second, int tiles, long to, long tileStride, long planeStride) {
        var f = FloatVector.broadcast(FLOATS, first);
        var s = FloatVector.broadcast(FLOATS, second);
        for (int t = 0; t < tiles; t++) {
            var e0 = Vectors.load(b).fma(s, Vectors.load(a).mul(f));
            var o0 = Vectors.load(b + BYTES).fma(s, Vectors.load(a + BYTES).mul(f));
            var e1 = Vectors.load(b + PIXEL).fma(s, Vectors.load(a + PIXEL).mul(f));
            var o1 = Vectors.load(b + PIXEL + BYTES).fma(s, Vectors.load(a + PIXEL + BYTES).mul(f));
            storeWords(pack(e0, o0), to);
            storeWords(pack(e0.add(e1), o0.add(o1)), to + planeStride);
            a += 2 * PIXEL;
            b += 2 * PIXEL;
            to += tileStride;
        }
    }

    /** With t = first * a + second * b: t0 - t1 and -t1. */
    private static void gradientRight(long a, long b, float first, float second, int tiles, long to, long tileStride, long planeStride) {
        var f = FloatVector.broadcast(FLOATS, first);
        var s = FloatVector.broadcast(FLOATS, second);
        for (int t = 0; t < tiles; t++) {
            var e0 = Vectors.load(b).fma(s, Vectors.load(a).mul(f));
            var o0 = Vectors.load(b + BYTES).fma(s, Vectors.load(a + BYTES).mul(f));
            var e1 = Vectors.load(b + PIXEL).fma(s, Vectors.load(a + PIXEL).mul(f));
            var o1 = Vectors.load(b + PIXEL + BYTES).fma(s, Vectors.load(a + PIXEL + BYTES).mul(f));
            storeWords(pack(e0.sub(e1), o0.sub(o1)), to);
            storeWords(pack(e1.neg(), o1.neg()), to + planeStride);
            a += 2 * PIXEL;
            b += 2 * PIXEL;
            to += tileStride;
        }
    }

    @Override
    public void output(long from, long tileStride, long planeStride, int tiles, long[] rows, float scale, long scratch) {
        outputHalf(from, tileStride, planeStride, tiles, rows[0], rows[1], scale);
        outputHalf(from + BYTES, tileStride, planeStride, tiles, rows[0] + BYTES, rows[1] + BYTES, scale);
    }

    /**
     * The even-numbered channels of a group, or the odd-numbered ones. So large that the JIT compiler no longer inlines
     * calls of ours at its end, only the vectors' own: hence the plain stores there.
     */
    private static void outputHalf(long m, long tileStride, long plane, int tiles, long top, long bottom, float scale) {
        var s = FloatVector.broadcast(FLOATS, scale);
        for (int t = 0; t < tiles; t++) {
            FloatVector a = Vectors.load(m), b = Vectors.load(m + 4 * plane), c = Vectors.load(m + 8 * plane), d = Vectors.load(m + 12 * plane);
            var x00 = a.add(b).add(c);
            var x10 = b.sub(c).sub(d);
            a = Vectors.load(m + plane);
            b = Vectors.load(m + 5 * plane);
            c = Vectors.load(m + 9 * plane);
            d = Vectors.load(m + 13 * plane);
            var x01 = a.add(b).add(c);
            var x11 = b.sub(c).sub(d);
            x00 = x00.add(x01);
            x10 = x10.add(x11);
            a = Vectors.load(m + 2 * plane);
            b = Vectors.load(m + 6 * plane);
            c = Vectors.load(m + 10 * plane);
            d = Vectors.load(m + 14 * plane);
            var u = a.add(b).add(c);
            var v = b.sub(c).sub(d);
            x00 = x00.add(u);
            x10 = x10.add(v);
            x01 = x01.sub(u);
            x11 = x11.sub(v);
            a = Vectors.load(m + 3 * plane);
            b = Vectors.load(m + 7 * plane);
            c = Vectors.load(m + 11 * plane);
            d = Vectors.load(m + 15 * plane);
            x01 = x01.sub(a.add(b).add(c));
            x11 = x11.sub(b.sub(c).sub(d));
            x00.mul(s).intoMemorySegment(Vectors.MEMORY, top, Vectors.ORDER);
            x01.mul(s).intoMemorySegment(Vectors.MEMORY, top + PIXEL, Vectors.ORDER);
            x10.mul(s).intoMemorySegment(Vectors.MEMORY, bottom, Vectors.ORDER);
            x11.mul(s).intoMemorySegment(Vectors.MEMORY, bottom + PIXEL, Vectors.ORDER);
            m += tileStride;
            top += 2 * PIXEL;
            bottom += 2 * PIXEL;
        }
    }

    @Override
    public void store(long row, long to, long stride, int width) {
        for (int i = 0; i < width; i++)
            storeWords(pack(Vectors.load(row + i * (long) PIXEL), Vectors.load(row + i * (long) PIXEL + BYTES)), to + i * stride);
    }

    @Override
    public void storeSums(long row, long to, long stride, int width, float[] sum, float[] squares, int p) {
        var ae = FloatVector.zero(FLOATS);
        var ao = ae;
        var qe = ae;
        var qo = ae;
        for (int i = 0; i < width; i++) {
            var v = pack(Vectors.load(row + i * (long) PIXEL), Vectors.load(row + i * (long) PIXEL + BYTES));
            storeWords(v, to + i * stride);
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
    public void storeAddSums(long row, long to, long skip, long stride, int width, float[] sum, float[] squares, int p) {
        var ae = FloatVector.zero(FLOATS);
        var ao = ae;
        var qe = ae;
        var qo = ae;
        for (int i = 0; i < width; i++) {
            var u = loadWords(skip + i * stride);
            var v = pack(Vectors.load(row + i * (long) PIXEL).add(even(u)), Vectors.load(row + i * (long) PIXEL + BYTES).add(odd(u)));
            storeWords(v, to + i * stride);
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
    public void storeGradientSums(long row, long to, long x, long stride, int width, float[] scale, float[] offset, float floor,
                                  float[] sum, float[] products, int p) {
        var se = Vectors.parameter(scale, p);
        var so = Vectors.parameter(scale, p + LANES);
        var oe = Vectors.parameter(offset, p);
        var oo = Vectors.parameter(offset, p + LANES);
        var f = FloatVector.broadcast(FLOATS, floor);
        var zero = FloatVector.zero(FLOATS);
        var ae = zero;
        var ao = zero;
        var qe = zero;
        var qo = zero;
        for (int i = 0; i < width; i++) {
            var v = pack(Vectors.load(row + i * (long) PIXEL), Vectors.load(row + i * (long) PIXEL + BYTES));
            storeWords(v, to + i * stride);
            var u = loadWords(x + i * stride);
            var xe = even(u).fma(se, oe);
            var xo = odd(u).fma(so, oo);
            var e = zero.blend(even(v), xe.compare(GT, f));
            var o = zero.blend(odd(v), xo.compare(GT, f));
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
    public void filter(long taps, long tapStride, long count, long to, long planeStride, boolean turned, long scratch) {
        long rows = 4 * count;
        for (int j = 0; j < 3; j++) {
            if (turned) filter1(taps + (8 - j) * tapStride, -3 * tapStride, count, scratch + j * rows, 3 * rows);
            else filter1(taps + j * tapStride, 3 * tapStride, count, scratch + j * rows, 3 * rows);
        }
        for (int i = 0; i < 4; i++) filter1(scratch + 3 * i * rows, rows, count, to + 4 * i * planeStride, planeStride);
    }

    /** G: 3 to 4. */
    private static void filter1(long from, long fromStride, long count, long to, long toStride) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var g0 = Vectors.load(from + o);
            var g1 = Vectors.load(from + fromStride + o).mul(0.5f);
            var g2 = Vectors.load(from + 2 * fromStride + o);
            var s = g0.add(g2).mul(0.5f);
            Vectors.store(g0, to + o);
            Vectors.store(s.add(g1), to + toStride + o);
            Vectors.store(s.sub(g1), to + 2 * toStride + o);
            Vectors.store(g2, to + 3 * toStride + o);
        }
    }

    @Override
    public void filterGradient(long from, long planeStride, long count, long taps, long tapStride) {
        for (int j = 0; j < 4; j++) filterGradient1(from + j * planeStride, 4 * planeStride, count, from + j * planeStride, 4 * planeStride);
        for (int i = 0; i < 3; i++) filterGradient1(from + 4 * i * planeStride, planeStride, count, taps + 3 * i * tapStride, tapStride);
    }

    /** G transposed: 4 to 3. */
    private static void filterGradient1(long from, long fromStride, long count, long to, long toStride) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var a = Vectors.load(from + o);
            var b = Vectors.load(from + fromStride + o);
            var c = Vectors.load(from + 2 * fromStride + o);
            var d = Vectors.load(from + 3 * fromStride + o);
            var s = b.add(c).mul(0.5f);
            Vectors.store(a.add(s), to + o);
            Vectors.store(b.sub(c).mul(0.5f), to + toStride + o);
            Vectors.store(s.add(d), to + 2 * toStride + o);
        }
    }
}
