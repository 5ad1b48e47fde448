package onebit.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static onebit.cpu.Vectors.BYTES;
import static onebit.cpu.Vectors.FLOATS;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's minimal filtering F(4 x 4, 3 x 3) (Lavin and Gray 2015) on float32 tensors, in one
 * dimension after the other, for a group of channels that fills a vector. Between tensors and tiles stand rows: a row
 * holds a group of one line of an image, with a pixel of zeros before it and zeros behind, so that tiles never leave it.
 * Tiles lie in planes, one for each of the 36 products, each a matrix of tiles by channels.
 */
final class SquareTransforms {

    /** Outputs a side of a tile. */
    static final int TILE = 4;

    /** Products of a tile. */
    static final int PLANES = 36;

    private SquareTransforms() {}

    /** One line of an activated tensor into a row, which begins at its first pixel inside the image. */
    static void loadActivated(long from, long stride, int width, long row, float[] scale, float[] offset, float floor, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        for (int i = 0; i < width; i++) Vectors.store(Vectors.atLeast(Vectors.load(from + i * stride).fma(s, o), f), row + i * (long) BYTES);
    }

    /** One line of a tensor, as it is. */
    static void load(long from, long stride, int width, long row) {
        for (int i = 0; i < width; i++) Vectors.store(Vectors.load(from + i * stride), row + i * (long) BYTES);
    }

    /**
     * Input transform of a line of tiles.
     *
     * @param rows        6 rows, each from the pixel before the image
     * @param to          first tile, this group, plane 0
     * @param tileStride  bytes from a tile to the next in a plane
     * @param planeStride bytes from a plane to the next
     * @param scratch     memory for 6 rows
     */
    static void input(long[] rows, int tiles, long to, long tileStride, long planeStride, long scratch) {
        int pixels = 4 * tiles + 2;
        long line = (long) pixels * BYTES;
        inputDown(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], pixels, scratch, line);
        for (int i = 0; i < 6; i++) inputAcross(scratch + i * line, tiles, to + 6 * i * planeStride, tileStride, planeStride);
    }

    /** B transposed, of six rows. */
    private static void inputDown(long r0, long r1, long r2, long r3, long r4, long r5, int count, long to, long line) {
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES;
            var d1 = Vectors.load(r1 + o);
            var d2 = Vectors.load(r2 + o);
            var d3 = Vectors.load(r3 + o);
            var d4 = Vectors.load(r4 + o);
            Vectors.store(Vectors.load(r0 + o).mul(4f).sub(d2.mul(5f)).add(d4), to + o);
            var a = d4.sub(d2.mul(4f));
            var b = d3.sub(d1.mul(4f));
            Vectors.store(a.add(b), to + line + o);
            Vectors.store(a.sub(b), to + 2 * line + o);
            a = d4.sub(d2);
            b = d3.sub(d1).mul(2f);
            Vectors.store(a.add(b), to + 3 * line + o);
            Vectors.store(a.sub(b), to + 4 * line + o);
            Vectors.store(d1.mul(4f).sub(d3.mul(5f)).add(Vectors.load(r5 + o)), to + 5 * line + o);
        }
    }

    /** B transposed, of six pixels, every fourth. */
    private static void inputAcross(long from, int tiles, long to, long tileStride, long plane) {
        for (int t = 0; t < tiles; t++) {
            var d1 = Vectors.load(from + BYTES);
            var d2 = Vectors.load(from + 2 * BYTES);
            var d3 = Vectors.load(from + 3 * BYTES);
            var d4 = Vectors.load(from + 4 * BYTES);
            Vectors.store(Vectors.load(from).mul(4f).sub(d2.mul(5f)).add(d4), to);
            var a = d4.sub(d2.mul(4f));
            var b = d3.sub(d1.mul(4f));
            Vectors.store(a.add(b), to + plane);
            Vectors.store(a.sub(b), to + 2 * plane);
            a = d4.sub(d2);
            b = d3.sub(d1).mul(2f);
            Vectors.store(a.add(b), to + 3 * plane);
            Vectors.store(a.sub(b), to + 4 * plane);
            Vectors.store(d1.mul(4f).sub(d3.mul(5f)).add(Vectors.load(from + 5 * BYTES)), to + 5 * plane);
            from += 4 * BYTES;
            to += tileStride;
        }
    }

    /** Transform of the output's gradient for the weights' gradient: 4 rows, each from the first pixel of the image. */
    static void outputGradient(long[] rows, int tiles, long to, long tileStride, long planeStride, long scratch) {
        int pixels = 4 * tiles;
        long line = (long) pixels * BYTES;
        gradientDown(rows[0], rows[1], rows[2], rows[3], pixels, scratch, line);
        for (int i = 0; i < 6; i++) gradientAcross(scratch + i * line, tiles, to + 6 * i * planeStride, tileStride, planeStride);
    }

    /** A, of four rows. */
    private static void gradientDown(long r0, long r1, long r2, long r3, int count, long to, long line) {
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES;
            var y0 = Vectors.load(r0 + o);
            var y1 = Vectors.load(r1 + o);
            var y2 = Vectors.load(r2 + o);
            var y3 = Vectors.load(r3 + o);
            Vectors.store(y0, to + o);
            Vectors.store(y3, to + 5 * line + o);
            var a = y0.add(y2);
            var b = y1.add(y3);
            Vectors.store(a.add(b), to + line + o);
            Vectors.store(a.sub(b), to + 2 * line + o);
            a = y0.add(y2.mul(4f));
            b = y1.mul(2f).add(y3.mul(8f));
            Vectors.store(a.add(b), to + 3 * line + o);
            Vectors.store(a.sub(b), to + 4 * line + o);
        }
    }

    /** A, of four pixels. */
    private static void gradientAcross(long from, int tiles, long to, long tileStride, long plane) {
        for (int t = 0; t < tiles; t++) {
            var y0 = Vectors.load(from);
            var y1 = Vectors.load(from + BYTES);
            var y2 = Vectors.load(from + 2 * BYTES);
            var y3 = Vectors.load(from + 3 * BYTES);
            Vectors.store(y0, to);
            Vectors.store(y3, to + 5 * plane);
            var a = y0.add(y2);
            var b = y1.add(y3);
            Vectors.store(a.add(b), to + plane);
            Vectors.store(a.sub(b), to + 2 * plane);
            a = y0.add(y2.mul(4f));
            b = y1.mul(2f).add(y3.mul(8f));
            Vectors.store(a.add(b), to + 3 * plane);
            Vectors.store(a.sub(b), to + 4 * plane);
            from += 4 * BYTES;
            to += tileStride;
        }
    }

    /** Output transform of a line of tiles of products (float32), times {@code scale}, into 4 rows. */
    static void output(long from, long tileStride, long planeStride, int tiles, long[] rows, float scale, long scratch) {
        long line = 4L * tiles * BYTES;
        for (int i = 0; i < 6; i++) outputAcross(from + 6 * i * planeStride, tileStride, planeStride, tiles, scratch + i * line, scale);
        outputDown(scratch, line, 4 * tiles, rows[0], rows[1], rows[2], rows[3]);
    }

    /** A transposed, of six products in a line. */
    private static void outputAcross(long m, long tileStride, long plane, int tiles, long to, float scale) {
        var s = FloatVector.broadcast(FLOATS, scale);
        for (int t = 0; t < tiles; t++) {
            var m1 = Vectors.load(m + plane);
            var m2 = Vectors.load(m + 2 * plane);
            var m3 = Vectors.load(m + 3 * plane);
            var m4 = Vectors.load(m + 4 * plane);
            var p = m1.add(m2);
            var q = m1.sub(m2);
            var r = m3.add(m4);
            var u = m3.sub(m4);
            Vectors.store(Vectors.load(m).add(p).add(r).mul(s), to);
            Vectors.store(q.add(u.mul(2f)).mul(s), to + BYTES);
            Vectors.store(p.add(r.mul(4f)).mul(s), to + 2 * BYTES);
            Vectors.store(q.add(u.mul(8f)).add(Vectors.load(m + 5 * plane)).mul(s), to + 3 * BYTES);
            m += tileStride;
            to += 4 * BYTES;
        }
    }

    /** A transposed, of six lines. */
    private static void outputDown(long from, long line, int count, long r0, long r1, long r2, long r3) {
        for (int i = 0; i < count; i++) {
            long o = i * (long) BYTES;
            var m1 = Vectors.load(from + line + o);
            var m2 = Vectors.load(from + 2 * line + o);
            var m3 = Vectors.load(from + 3 * line + o);
            var m4 = Vectors.load(from + 4 * line + o);
            var p = m1.add(m2);
            var q = m1.sub(m2);
            var r = m3.add(m4);
            var u = m3.sub(m4);
            Vectors.store(Vectors.load(from + o).add(p).add(r), r0 + o);
            Vectors.store(q.add(u.mul(2f)), r1 + o);
            Vectors.store(p.add(r.mul(4f)), r2 + o);
            Vectors.store(q.add(u.mul(8f)).add(Vectors.load(from + 5 * line + o)), r3 + o);
        }
    }

    /** Stores a row as a line of a tensor. */
    static void store(long row, long to, long stride, int width) {
        for (int i = 0; i < width; i++) Vectors.store(Vectors.load(row + i * (long) BYTES), to + i * stride);
    }

    /** Stores, and sums what is stored: sum += y, squares += y * y. */
    static void storeSums(long row, long to, long stride, int width, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var q = a;
        for (int i = 0; i < width; i++) {
            var v = Vectors.load(row + i * (long) BYTES);
            Vectors.store(v, to + i * stride);
            a = a.add(v);
            q = v.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, squares, p);
    }

    /** Stores the row plus {@code skip}, and sums. */
    static void storeAddSums(long row, long to, long skip, long stride, int width, float[] sum, float[] squares, int p) {
        var a = FloatVector.zero(FLOATS);
        var q = a;
        for (int i = 0; i < width; i++) {
            var v = Vectors.load(row + i * (long) BYTES).add(Vectors.load(skip + i * stride));
            Vectors.store(v, to + i * stride);
            a = a.add(v);
            q = v.fma(v, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, squares, p);
    }

    /** Stores a gradient; with a = x * scale + offset and g the gradient where a > floor, else 0: sum += g, products += g * a. */
    static void storeGradientSums(long row, long to, long x, long stride, int width, float[] scale, float[] offset, float floor,
                                  float[] sum, float[] products, int p) {
        var s = Vectors.parameter(scale, p);
        var o = Vectors.parameter(offset, p);
        var f = FloatVector.broadcast(FLOATS, floor);
        var zero = FloatVector.zero(FLOATS);
        var a = zero;
        var q = zero;
        for (int i = 0; i < width; i++) {
            var v = Vectors.load(row + i * (long) BYTES);
            Vectors.store(v, to + i * stride);
            var u = Vectors.load(x + i * stride).fma(s, o);
            var g = zero.blend(v, u.compare(GT, f));
            a = a.add(g);
            q = g.fma(u, q);
        }
        Vectors.accumulate(a, sum, p);
        Vectors.accumulate(q, products, p);
    }

    /** Filter transform of {@code count} filters: 9 taps, {@code tapStride} bytes apart, into planes; turned by 180 degrees if {@code turned}. */
    static void filter(long taps, long tapStride, long count, long to, long planeStride, boolean turned, long scratch) {
        long rows = 4 * count;
        for (int j = 0; j < 3; j++) {
            if (turned) filter1(taps + (8 - j) * tapStride, -3 * tapStride, count, scratch + j * rows, 3 * rows);
            else filter1(taps + j * tapStride, 3 * tapStride, count, scratch + j * rows, 3 * rows);
        }
        for (int i = 0; i < 6; i++) filter1(scratch + 3 * i * rows, rows, count, to + 6 * i * planeStride, planeStride);
    }

    /** G: 3 to 6. */
    private static void filter1(long from, long fromStride, long count, long to, long toStride) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var g0 = Vectors.load(from + o);
            var g1 = Vectors.load(from + fromStride + o);
            var g2 = Vectors.load(from + 2 * fromStride + o);
            Vectors.store(g0.mul(0.25f), to + o);
            Vectors.store(g2, to + 5 * toStride + o);
            var a = g0.add(g2).mul(-1 / 6f);
            var b = g1.mul(-1 / 6f);
            Vectors.store(a.add(b), to + toStride + o);
            Vectors.store(a.sub(b), to + 2 * toStride + o);
            a = g0.mul(1 / 24f).add(g2.mul(1 / 6f));
            b = g1.mul(1 / 12f);
            Vectors.store(a.add(b), to + 3 * toStride + o);
            Vectors.store(a.sub(b), to + 4 * toStride + o);
        }
    }

    /** The filters' gradient from the planes'. The planes are destroyed. */
    static void filterGradient(long from, long planeStride, long count, long taps, long tapStride) {
        for (int j = 0; j < 6; j++) filterGradient1(from + j * planeStride, 6 * planeStride, count, from + j * planeStride, 6 * planeStride);
        for (int i = 0; i < 3; i++) filterGradient1(from + 6 * i * planeStride, planeStride, count, taps + 3 * i * tapStride, tapStride);
    }

    /** G transposed: 6 to 3. */
    private static void filterGradient1(long from, long fromStride, long count, long to, long toStride) {
        for (long o = 0; o < 4 * count; o += BYTES) {
            var x0 = Vectors.load(from + o);
            var x1 = Vectors.load(from + fromStride + o);
            var x2 = Vectors.load(from + 2 * fromStride + o);
            var x3 = Vectors.load(from + 3 * fromStride + o);
            var x4 = Vectors.load(from + 4 * fromStride + o);
            var x5 = Vectors.load(from + 5 * fromStride + o);
            var p = x1.add(x2).mul(1 / 6f);
            var r = x3.add(x4);
            Vectors.store(x0.mul(0.25f).sub(p).add(r.mul(1 / 24f)), to + o);
            Vectors.store(x2.sub(x1).mul(1 / 6f).add(x3.sub(x4).mul(1 / 12f)), to + toStride + o);
            Vectors.store(r.mul(1 / 6f).sub(p).add(x5), to + 2 * toStride + o);
        }
    }
}
