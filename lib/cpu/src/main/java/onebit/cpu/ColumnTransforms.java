package onebit.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static onebit.cpu.Vectors.BYTES;
import static onebit.cpu.Vectors.FLOATS;
import static onebit.cpu.Vectors.LANES;
import static onebit.cpu.Vectors.atLeast;
import static onebit.cpu.Vectors.load;
import static onebit.cpu.Vectors.loadBf16;
import static onebit.cpu.Vectors.roundedToBf16;
import static onebit.cpu.Vectors.store;
import static onebit.cpu.Vectors.storeBf16;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's minimal filtering F(4, 3) down the columns of an image: four rows of outputs from six
 * rows of inputs by six products instead of twelve. A transform works on the {@code count} vectors of a row of pixels of
 * one block of channels, which lie one behind the other in tensors, in planes, and in the float32 lines between them.
 *
 * <p>The six points are 0, +-{@link #A}, +-{@link #B} and infinity. With these the rounding of transformed values to
 * bf16 weighs about a third less than with 0, +-1, +-2 and infinity, and the transforms of +-1 are exact in bf16:
 * multiples of 1/64 up to 129/64. What the points' polynomials are divided by ({@link #AT_ZERO}, {@link #AT_A},
 * {@link #AT_B}) multiplies the products afterwards.
 */
final class ColumnTransforms {

    /** Rows of outputs in a tile, and products. */
    static final int TILE = 4, PLANES = 6;

    private static final float A = 0.625f, B = 1.5f, A2 = A * A, B2 = B * B;

    /** 1 / the product of a point's distances from the other points. */
    private static final float AT_ZERO = 1 / (A2 * B2), AT_A = 1 / (2 * A2 * (A2 - B2)), AT_B = 1 / (2 * B2 * (B2 - A2));

    /** Bytes of a vector of bf16 values. */
    private static final long SHORT = BYTES / 2;

    /** Vectors in a block's pixel, and bytes from one of a channel to the next pixel's, of bf16 and of float32. */
    private static final int VECTORS = Layout.BLOCK / LANES;
    private static final long PIXEL = VECTORS * SHORT, FLOAT_PIXEL = 2 * PIXEL;

    private ColumnTransforms() {}

    /** Vectors in a row of a block. */
    static int vectors(int width) {
        return width * VECTORS;
    }

    // ---- input: from rows of a tensor to six planes

    /** line = max(floor, x * scale + offset), with the block's parameters from p on. */
    static void loadActivated(long from, int count, long line, float[] scale, float[] offset, float floor, int p) {
        for (int v = 0; v < VECTORS; v++)
            loadActivatedVectors(from + v * SHORT, count / VECTORS, line + v * (long) BYTES, scale, offset, floor, p + v * LANES);
    }

    private static void loadActivatedVectors(long from, int pixels, long line, float[] scale, float[] offset, float floor, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < pixels; i++) store(atLeast(loadBf16(from + i * PIXEL).fma(s, o), f), line + i * FLOAT_PIXEL);
    }

    /** line = x. */
    static void loadPlain(long from, int count, long line) {
        for (int i = 0; i < count; i++) store(loadBf16(from + i * SHORT), line + i * (long) BYTES);
    }

    /** Six lines into a row of each plane. */
    static void input(long[] lines, int count, long to, long plane) {
        inputOuter(lines[0], lines[2], lines[4], count, to);
        inputOuter(lines[1], lines[3], lines[5], count, to + 5 * plane);
        inputPoints(lines[1], lines[2], lines[3], lines[4], B2, A, count, to + plane, to + 2 * plane);
        inputPoints(lines[1], lines[2], lines[3], lines[4], A2, B, count, to + 3 * plane, to + 4 * plane);
    }

    /** For the points 0 and infinity: a^2 b^2 x - (a^2 + b^2) y + z. */
    private static void inputOuter(long x, long y, long z, int count, long to) {
        var q = FloatVector.broadcast(FLOATS, A2 * B2);
        var s = FloatVector.broadcast(FLOATS, -(A2 + B2));
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES;
            storeBf16(load(x + o).fma(q, load(y + o).fma(s, load(z + o))), to + i * SHORT);
        }
    }

    /** For +-point, with the square of the other one: (z - other x) +- point (y - other w). */
    private static void inputPoints(long w, long x, long y, long z, float other, float point, int count, long plus, long minus) {
        var q = FloatVector.broadcast(FLOATS, -other);
        var t = FloatVector.broadcast(FLOATS, point);
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES;
            var even = load(x + o).fma(q, load(z + o));
            var odd = load(w + o).fma(q, load(y + o)).mul(t);
            storeBf16(even.add(odd), plus + i * SHORT);
            storeBf16(even.sub(odd), minus + i * SHORT);
        }
    }

    // ---- the output's gradient: from four rows of a tensor to six planes

    /** Four rows of a tensor into a row of each of the planes 1 to 4; planes 0 and 5 are the first and the last row themselves. */
    static void outputGradient(long[] rows, int count, long to, long plane) {
        gradientPoints(rows[0], rows[1], rows[2], rows[3], A, count, to + plane, to + 2 * plane);
        gradientPoints(rows[0], rows[1], rows[2], rows[3], B, count, to + 3 * plane, to + 4 * plane);
    }

    /** For +-point: (w + point^2 y) +- point (x + point^2 z). */
    private static void gradientPoints(long w, long x, long y, long z, float point, int count, long plus, long minus) {
        var t = FloatVector.broadcast(FLOATS, point);
        var q = FloatVector.broadcast(FLOATS, point * point);
        for (int i = 0; i < count; i++) {
            long o = i * SHORT;
            var even = loadBf16(y + o).fma(q, loadBf16(w + o));
            var odd = loadBf16(z + o).fma(q, loadBf16(x + o)).mul(t);
            storeBf16(even.add(odd), plus + o);
            storeBf16(even.sub(odd), minus + o);
        }
    }

    // ---- output: from six planes of products to four lines

    /** A row of each plane, times {@code scale}, into four lines. */
    static void output(long from, long plane, int count, float scale, long[] lines) {
        output(from, plane, count, scale, lines[0], lines[1], lines[2], lines[3]);
    }

    private static void output(long m, long plane, int count, float scale, long line0, long line1, long line2, long line3) {
        var s = FloatVector.broadcast(FLOATS, scale);
        var z = FloatVector.broadcast(FLOATS, scale * AT_ZERO);
        var a = FloatVector.broadcast(FLOATS, scale * AT_A);
        var b = FloatVector.broadcast(FLOATS, scale * AT_B);
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES, at = m + o;
            var pa = load(at + plane).mul(a);
            var na = load(at + 2 * plane).mul(a);
            var pb = load(at + 3 * plane).mul(b);
            var nb = load(at + 4 * plane).mul(b);
            var even = pa.add(na);
            var evenB = pb.add(nb);
            store(load(at).fma(z, even.add(evenB)), line0 + o);
            store(even.mul(A2).add(evenB.mul(B2)), line2 + o);
            var odd = pa.sub(na).mul(A);
            var oddB = pb.sub(nb).mul(B);
            store(odd.add(oddB), line1 + o);
            load(at + 5 * plane).fma(s, odd.mul(A2).add(oddB.mul(B2))).intoMemorySegment(Vectors.MEMORY, line3 + o, Vectors.ORDER);
        }
    }

    // ---- the input's gradient: from six planes of products to lines, of which tiles share two

    /** Lines 4t + 1 and 4t + 2 of tile t. */
    static void inputGradientInner(long m, long plane, int count, float scale, long line1, long line2) {
        var c = FloatVector.broadcast(FLOATS, -scale * AT_ZERO * (A2 + B2));
        var ea = FloatVector.broadcast(FLOATS, -scale * AT_A * B2);
        var eb = FloatVector.broadcast(FLOATS, -scale * AT_B * A2);
        var oa = FloatVector.broadcast(FLOATS, scale * AT_A * A);
        var ob = FloatVector.broadcast(FLOATS, scale * AT_B * B);
        var d = FloatVector.broadcast(FLOATS, -scale * (A2 + B2));
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES, at = m + o;
            var pa = load(at + plane);
            var na = load(at + 2 * plane);
            var pb = load(at + 3 * plane);
            var nb = load(at + 4 * plane);
            store(load(at).fma(c, pa.add(na).fma(ea, pb.add(nb).mul(eb))), line1 + o);
            store(load(at + 5 * plane).fma(d, pa.sub(na).fma(oa, pb.sub(nb).mul(ob))), line2 + o);
        }
    }

    /**
     * Line 4t - 1 from tile t, weighted by {@code current}, and tile t - 1, weighted by {@code previous}: both are the
     * products' scale, but 0 for a tile that does not exist.
     */
    static void inputGradientAbove(long m, float current, long before, float previous, long plane, int count, long line) {
        var c = FloatVector.broadcast(FLOATS, current);
        var z = FloatVector.broadcast(FLOATS, previous * AT_ZERO);
        var a = FloatVector.broadcast(FLOATS, previous * AT_A);
        var b = FloatVector.broadcast(FLOATS, previous * AT_B);
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES, at = before + o;
            var even = load(at + plane).add(load(at + 2 * plane)).fma(a, load(at + 3 * plane).add(load(at + 4 * plane)).mul(b));
            store(load(m + o).fma(c, load(at).fma(z, even)), line + o);
        }
    }

    /** Line 4t from tiles t and t - 1, weighted alike. */
    static void inputGradientFirst(long m, float current, long before, float previous, long plane, int count, long line) {
        var a = FloatVector.broadcast(FLOATS, -current * AT_A * A * B2);
        var b = FloatVector.broadcast(FLOATS, -current * AT_B * B * A2);
        var d = FloatVector.broadcast(FLOATS, current * A2 * B2);
        var p = FloatVector.broadcast(FLOATS, previous);
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES, at = m + o;
            var odd = load(at + plane).sub(load(at + 2 * plane)).fma(a, load(at + 3 * plane).sub(load(at + 4 * plane)).mul(b));
            store(load(before + 5 * plane + o).fma(p, load(at + 5 * plane).fma(d, odd)), line + o);
        }
    }

    // ---- lines into a tensor

    /** Stores a line as a row of a tensor. */
    static void storePlain(long line, long to, int count) {
        for (int i = 0; i < count; i++) storeBf16(load(line + i * (long) BYTES), to + i * SHORT);
    }

    /** Stores, and sums what is stored: sum += y, squares += y * y, with the block's parameters from p on. */
    static void storeSums(long line, long to, int count, float[] sum, float[] squares, int p) {
        for (int v = 0; v < VECTORS; v++)
            storeSumsVectors(line + v * (long) BYTES, to + v * SHORT, count / VECTORS, sum, squares, p + v * LANES);
    }

    private static void storeSumsVectors(long line, long to, int pixels, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var q = a;
        for (int i = 0; i < pixels; i++) {
            var v = roundedToBf16(load(line + i * FLOAT_PIXEL));
            storeBf16(v, to + i * PIXEL);
            a = a.add(v);
            q = v.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, squares, p);
    }

    /** Stores the line plus {@code skip}, and sums. */
    static void storeAddSums(long line, long to, long skip, int count, float[] sum, float[] squares, int p) {
        for (int v = 0; v < VECTORS; v++)
            storeAddSumsVectors(line + v * (long) BYTES, to + v * SHORT, skip + v * SHORT, count / VECTORS, sum, squares, p + v * LANES);
    }

    private static void storeAddSumsVectors(long line, long to, long skip, int pixels, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var q = a;
        for (int i = 0; i < pixels; i++) {
            var v = roundedToBf16(load(line + i * FLOAT_PIXEL).add(loadBf16(skip + i * PIXEL)));
            storeBf16(v, to + i * PIXEL);
            a = a.add(v);
            q = v.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, squares, p);
    }

    /** Stores a gradient; with a = x * scale + offset and g the gradient where a > floor, else 0: sum += g, products += g * a. */
    static void storeGradientSums(long line, long to, long x, int count, float[] scale, float[] offset, float floor,
                                  float[] sum, float[] products, int p) {
        for (int v = 0; v < VECTORS; v++)
            storeGradientSumsVectors(line + v * (long) BYTES, to + v * SHORT, x + v * SHORT, count / VECTORS, scale, offset, floor,
                sum, products, p + v * LANES);
    }

    private static void storeGradientSumsVectors(long line, long to, long x, int pixels, float[] scale, float[] offset, float floor,
                                                 float[] sum, float[] products, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        var zero = FloatVector.zero(FLOATS);
        var a = zero;
        var q = zero;
        for (int i = 0; i < pixels; i++) {
            var v = roundedToBf16(load(line + i * FLOAT_PIXEL));
            storeBf16(v, to + i * PIXEL);
            var y = loadBf16(x + i * PIXEL).fma(s, o);
            var g = zero.blend(v, y.compare(GT, f));
            a = a.add(g);
            q = g.fma(y, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, products, p);
    }

    // ---- filters: three taps down a column, and six planes

    /** {@code count} weights of each tap, {@code tapStride} bytes apart, into planes. */
    static void filter(long taps, long tapStride, long count, long to, long plane) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var g0 = load(taps + o);
            var g1 = load(taps + tapStride + o);
            var g2 = load(taps + 2 * tapStride + o);
            store(g0, to + o);
            var even = g2.mul(A2).add(g0);
            store(even.add(g1.mul(A)), to + plane + o);
            store(even.sub(g1.mul(A)), to + 2 * plane + o);
            even = g2.mul(B2).add(g0);
            store(even.add(g1.mul(B)), to + 3 * plane + o);
            store(even.sub(g1.mul(B)), to + 4 * plane + o);
            store(g2, to + 5 * plane + o);
        }
    }

    /** The taps' gradient from the planes'. */
    static void filterGradient(long from, long plane, long count, long taps, long tapStride) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var pa = load(from + plane + o);
            var na = load(from + 2 * plane + o);
            var pb = load(from + 3 * plane + o);
            var nb = load(from + 4 * plane + o);
            var sa = pa.add(na).mul(AT_A);
            var sb = pb.add(nb).mul(AT_B);
            store(load(from + o).mul(AT_ZERO).add(sa).add(sb), taps + o);
            store(pa.sub(na).mul(AT_A * A).add(pb.sub(nb).mul(AT_B * B)), taps + tapStride + o);
            store(load(from + 5 * plane + o).add(sa.mul(A2)).add(sb.mul(B2)), taps + 2 * tapStride + o);
        }
    }
}
