package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onebit.cpu.TestMemory.Row;
import onebit.engine.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernels between convolutions against plain loops in float64, on values whose sums and products are exact: results
 * must be equal, rounded as stored. Values on the floor itself occur often.
 */
class RowKernelsTest {

    private static final double[] FLOORS = {0, -1, Double.NEGATIVE_INFINITY};
    private static final int[] COUNTS = {1, 2, 3, 8, 33};

    /** One draw of shapes, parameters and data; the parameters of this row's vectors begin at p. */
    private static final class Case implements AutoCloseable {
        final Precision precision;
        final RowKernels kernels;
        final TestMemory memory;
        final int count, width, p;
        final float floor;
        final float[] scale, offset, constant, slope, sum, squares;
        final float[] sumBefore, squaresBefore;

        Case(Precision precision, int count, double floor, long seed) {
            this.precision = precision;
            this.count = count;
            this.floor = (float) floor;
            kernels = new RowKernels(precision);
            memory = new TestMemory(seed);
            width = Vectors.LANES;
            p = memory.drawInt(3) * width;
            int n = p + 2 * width;
            scale = memory.draw(n, 2, 4);
            offset = memory.draw(n, 2, 8);
            constant = memory.draw(n, 2, 8);
            slope = memory.draw(n, 2, 4);
            sum = memory.draw(n, 4, 4);
            squares = memory.draw(n, 4, 4);
            sumBefore = sum.clone();
            squaresBefore = squares.clone();
        }

        Row data() {
            return memory.row(precision, count, stride(), 8, 8);
        }

        Row data(long stride) {
            return memory.row(precision, count, stride, 8, 8);
        }

        long stride() {
            return (1 + memory.drawInt(3)) * (long) Vectors.BYTES;
        }

        double activated(double x, int k) {
            return Math.max(floor, x * scale[p + k] + offset[p + k]);
        }

        boolean passes(double x, int k) {
            return x * scale[p + k] + offset[p + k] > floor;
        }

        /** Adds to what the parameters held before; all others must be as they were. */
        void assertSums(double[] expectedSum, double[] expectedProducts) {
            float[] s = sumBefore.clone(), q = squaresBefore.clone();
            for (int k = 0; k < width; k++) {
                s[p + k] += (float) expectedSum[k];
                q[p + k] += (float) expectedProducts[k];
            }
            assertArrayEquals(s, sum, this + ": sums");
            assertArrayEquals(q, squares, this + ": sums of products");
        }

        void assertRow(double[][] expected, Row actual) {
            for (int i = 0; i < count; i++)
                for (int k = 0; k < width; k++)
                    assertEquals(TestMemory.rounded(precision, expected[i][k]) + 0f, actual.get(i, k) + 0f, this + ": value " + k + " of vector " + i);
            assertTrue(actual.gapsUntouched(), this + ": wrote between the vectors");
        }

        @Override
        public String toString() {
            return precision + ", " + count + " vectors, floor " + floor + ", parameters from " + p;
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    private interface Check {
        void on(Case c);
    }

    private static void forAll(Precision precision, Check check) {
        long seed = 0;
        for (int count : COUNTS)
            for (double floor : FLOORS)
                try (Case c = new Case(precision, count, floor, seed++)) {
                    check.on(c);
                }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void activateScalesShiftsAndCutsAtTheFloor(Precision precision) {
        forAll(precision, c -> {
            Row from = c.data(), to = c.data();
            double[][] x = from.values(), expected = new double[c.count][c.width];
            for (int i = 0; i < c.count; i++) for (int k = 0; k < c.width; k++) expected[i][k] = c.activated(x[i][k], k);
            c.kernels.activate(from.address(), from.stride(), to.address(), to.stride(), c.count, c.scale, c.offset, c.floor, c.p);
            c.assertRow(expected, to);
            c.assertRow(x, from);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void sumsAddValuesAndSquares(Precision precision) {
        forAll(precision, c -> {
            Row y = c.data();
            double[] sum = new double[c.width], squares = new double[c.width];
            for (double[] vector : y.values())
                for (int k = 0; k < c.width; k++) {
                    sum[k] += vector[k];
                    squares[k] += vector[k] * vector[k];
                }
            c.kernels.sums(y.address(), y.stride(), c.count, c.sum, c.squares, c.p);
            c.assertSums(sum, squares);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void addSumsAddsTheSkipAndSumsWhatIsStored(Precision precision) {
        forAll(precision, c -> {
            Row y = c.data(), skip = c.data();
            double[][] left = y.values(), right = skip.values(), expected = new double[c.count][c.width];
            double[] sum = new double[c.width], squares = new double[c.width];
            for (int i = 0; i < c.count; i++)
                for (int k = 0; k < c.width; k++) {
                    double stored = TestMemory.rounded(precision, left[i][k] + right[i][k]);
                    expected[i][k] = stored;
                    sum[k] += stored;
                    squares[k] += stored * stored;
                }
            c.kernels.addSums(y.address(), y.stride(), skip.address(), skip.stride(), c.count, c.sum, c.squares, c.p);
            c.assertRow(expected, y);
            c.assertRow(right, skip);
            c.assertSums(sum, squares);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void gradientSumsTakeTheGradientWhereTheActivatedLiesAboveTheFloor(Precision precision) {
        forAll(precision, c -> {
            Row gradient = c.data(), activated = c.data();
            double[][] g = gradient.values(), a = activated.values();
            double[] sum = new double[c.width], products = new double[c.width];
            for (int i = 0; i < c.count; i++)
                for (int k = 0; k < c.width; k++)
                    if (a[i][k] > c.floor) {
                        sum[k] += g[i][k];
                        products[k] += g[i][k] * a[i][k];
                    }
            c.kernels.gradientSums(gradient.address(), gradient.stride(), activated.address(), activated.stride(), c.count, c.floor, c.sum, c.squares, c.p);
            c.assertSums(sum, products);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void gradientSumsOfStoredActivateOnTheWay(Precision precision) {
        forAll(precision, c -> {
            Row gradient = c.data(), stored = c.data();
            double[][] g = gradient.values(), x = stored.values();
            double[] sum = new double[c.width], products = new double[c.width];
            for (int i = 0; i < c.count; i++)
                for (int k = 0; k < c.width; k++)
                    if (c.passes(x[i][k], k)) {
                        sum[k] += g[i][k];
                        products[k] += g[i][k] * x[i][k];
                    }
            c.kernels.gradientSumsOfStored(gradient.address(), gradient.stride(), stored.address(), stored.stride(), c.count,
                c.scale, c.offset, c.floor, c.sum, c.squares, c.p);
            c.assertSums(sum, products);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void finishGoesBackThroughActivationAndNorm(Precision precision) {
        forAll(precision, c -> {
            long stride = c.stride();
            Row gradient = c.data(stride), stored = c.data(stride);
            double[][] g = gradient.values(), x = stored.values(), expected = new double[c.count][c.width];
            for (int i = 0; i < c.count; i++) for (int k = 0; k < c.width; k++) expected[i][k] = finished(c, g[i][k], x[i][k], k);
            c.kernels.finish(gradient.address(), stride, stored.address(), c.count, c.scale, c.offset, c.floor, c.constant, c.slope, c.p);
            c.assertRow(expected, gradient);
            c.assertRow(x, stored);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void finishAddingAddsTheSkipsGradient(Precision precision) {
        forAll(precision, c -> {
            long stride = c.stride();
            Row gradient = c.data(stride), stored = c.data(stride), skip = c.data(stride);
            double[][] g = gradient.values(), x = stored.values(), added = skip.values(), expected = new double[c.count][c.width];
            for (int i = 0; i < c.count; i++) for (int k = 0; k < c.width; k++) expected[i][k] = finished(c, g[i][k], x[i][k], k) + added[i][k];
            c.kernels.finishAdding(gradient.address(), stride, stored.address(), skip.address(), c.count,
                c.scale, c.offset, c.floor, c.constant, c.slope, c.p);
            c.assertRow(expected, gradient);
            c.assertRow(added, skip);
        });
    }

    private static double finished(Case c, double g, double x, int k) {
        return c.scale[c.p + k] * (c.passes(x, k) ? g : 0) + c.constant[c.p + k] + c.slope[c.p + k] * x;
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void copyAndClear(Precision precision) {
        forAll(precision, c -> {
            Row from = c.data(), to = c.data();
            c.kernels.copy(from.address(), from.stride(), to.address(), to.stride(), c.count);
            c.assertRow(from.values(), to);
            c.kernels.clear(to.address(), to.stride(), c.count);
            c.assertRow(new double[c.count][c.width], to);
        });
    }
}
