package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import onebit.engine.Precision;
import org.junit.jupiter.api.Test;

/**
 * The transforms down the columns against plain sums over three taps, channel by channel and column by column: tiles
 * are transformed, multiplied plane by plane and transformed back. What passes through planes of bf16 is within their
 * digits; the parts that stay in float32 are compared more closely.
 */
class ColumnTransformsTest {

    private static final int TILE = ColumnTransforms.TILE, PLANES = ColumnTransforms.PLANES, WIDTH = 6;
    private static final int COUNT = ColumnTransforms.vectors(WIDTH), VALUES = WIDTH * Layout.BLOCK;
    private static final long LINE = 4L * VALUES, ROW = 2L * VALUES, PLANE = 3 * LINE + 64;

    private final TestMemory memory = new TestMemory(5);

    private double[] drawn(double limit) {
        double[] values = new double[VALUES];
        for (int i = 0; i < VALUES; i++) values[i] = memory.draw(limit, 8);
        return values;
    }

    private long line(double[] values) {
        long line = memory.allocate(LINE);
        for (int i = 0; i < VALUES; i++) TestMemory.setFloat(line + 4L * i, (float) values[i]);
        return line;
    }

    private long row(double[] values) {
        long row = memory.allocate(ROW);
        for (int i = 0; i < VALUES; i++) Vectors.MEMORY.set(ValueLayout.JAVA_SHORT, row + 2L * i, Vectors.bf16((float) values[i]));
        return row;
    }

    private static double fromRow(long row, int i) {
        return TestMemory.fromBf16(Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, row + 2L * i));
    }

    private double[][] drawnRows(int n, double limit) {
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) rows[i] = drawn(limit);
        return rows;
    }

    private long[] lines(double[][] rows) {
        return Arrays.stream(rows).mapToLong(this::line).toArray();
    }

    /** Planes of the transformed filters, in float32. */
    private long filters(double[][] taps) {
        long from = memory.allocate(3 * (LINE + 64)), to = memory.allocate(PLANES * PLANE);
        for (int t = 0; t < 3; t++) for (int i = 0; i < VALUES; i++) TestMemory.setFloat(from + t * (LINE + 64) + 4L * i, (float) taps[t][i]);
        ColumnTransforms.filter(from, LINE + 64, VALUES, to, PLANE);
        return to;
    }

    /** Products of planes of bf16 with filters. */
    private long products(long planes, long filters) {
        long to = memory.allocate(PLANES * PLANE);
        for (int p = 0; p < PLANES; p++)
            for (int i = 0; i < VALUES; i++)
                TestMemory.setFloat(to + p * PLANE + 4L * i, (float) (fromRow(planes + p * PLANE, i) * TestMemory.getFloat(filters + p * PLANE + 4L * i)));
        return to;
    }

    @Test
    void productsOfTransformsAreTheConvolutionDownTheColumnTimesAConstant() {
        double[][] x = drawnRows(TILE + 2, 2), taps = drawnRows(3, 2);
        long planes = memory.allocate(PLANES * PLANE);
        ColumnTransforms.input(lines(x), COUNT, planes, PLANE);
        long[] out = lines(drawnRows(TILE, 1));
        ColumnTransforms.output(products(planes, filters(taps)), PLANE, COUNT, 0.5f, out);
        for (int j = 0; j < TILE; j++)
            for (int i = 0; i < VALUES; i++)
                assertEquals(0.5 * (x[j][i] * taps[0][i] + x[j + 1][i] * taps[1][i] + x[j + 2][i] * taps[2][i]), TestMemory.getFloat(out[j] + 4L * i), 0.15,
                    "row " + j);
    }

    /** Of two tiles, one above the other: the rows that they share take from both. */
    @Test
    void theInputsGradientIsTheSumOfWhatTilesSendBack() {
        double[][] g = drawnRows(2 * TILE, 2), taps = drawnRows(3, 2);
        long filters = filters(taps);
        long[] products = new long[2];
        for (int t = 0; t < 2; t++) {
            long[] rows = new long[TILE];
            for (int k = 0; k < TILE; k++) rows[k] = row(g[TILE * t + k]);
            products[t] = products(gradientPlanes(rows), filters);
        }
        long[] dx = lines(drawnRows(2 * TILE, 1));
        float scale = 0.5f;
        ColumnTransforms.inputGradientFirst(products[0], scale, products[0], 0, PLANE, COUNT, dx[0]);
        ColumnTransforms.inputGradientInner(products[0], PLANE, COUNT, scale, dx[1], dx[2]);
        ColumnTransforms.inputGradientAbove(products[1], scale, products[0], scale, PLANE, COUNT, dx[3]);
        ColumnTransforms.inputGradientFirst(products[1], scale, products[0], scale, PLANE, COUNT, dx[4]);
        ColumnTransforms.inputGradientInner(products[1], PLANE, COUNT, scale, dx[5], dx[6]);
        ColumnTransforms.inputGradientAbove(products[1], 0, products[1], scale, PLANE, COUNT, dx[7]);
        for (int y = 0; y < 2 * TILE; y++)
            for (int i = 0; i < VALUES; i++) {
                double expected = 0;
                for (int t = 0; t < 3; t++) if (y + 1 - t >= 0 && y + 1 - t < 2 * TILE) expected += taps[t][i] * g[y + 1 - t][i];
                assertEquals(scale * expected, TestMemory.getFloat(dx[y] + 4L * i), 0.15, "row " + y);
            }
    }

    private long gradientPlanes(long[] rows) {
        long planes = memory.allocate(PLANES * PLANE);
        ColumnTransforms.outputGradient(rows, COUNT, planes, PLANE);
        for (int i = 0; i < VALUES; i++) {
            copyBf16(rows[0], planes, i);
            copyBf16(rows[TILE - 1], planes + (PLANES - 1) * PLANE, i);
        }
        return planes;
    }

    private static void copyBf16(long from, long to, int i) {
        var layout = ValueLayout.JAVA_SHORT;
        Vectors.MEMORY.set(layout, to + 2L * i, Vectors.MEMORY.get(layout, from + 2L * i));
    }

    @Test
    void productsOfInputAndGradientTransformsAreTheFiltersGradient() {
        double[][] x = drawnRows(TILE + 2, 2), g = drawnRows(TILE, 2);
        long planes = memory.allocate(PLANES * PLANE);
        ColumnTransforms.input(lines(x), COUNT, planes, PLANE);
        long gradients = gradientPlanes(Arrays.stream(g).mapToLong(this::row).toArray());
        long sums = memory.allocate(PLANES * PLANE), taps = memory.allocate(3 * (LINE + 64));
        for (int p = 0; p < PLANES; p++)
            for (int i = 0; i < VALUES; i++) TestMemory.setFloat(sums + p * PLANE + 4L * i, (float) (fromRow(planes + p * PLANE, i) * fromRow(gradients + p * PLANE, i)));
        ColumnTransforms.filterGradient(sums, PLANE, VALUES, taps, LINE + 64);
        for (int t = 0; t < 3; t++)
            for (int i = 0; i < VALUES; i++) {
                double expected = 0;
                for (int j = 0; j < TILE; j++) expected += g[j][i] * x[j + t][i];
                assertEquals(expected, TestMemory.getFloat(taps + t * (LINE + 64) + 4L * i), 0.4, "tap " + t);
            }
    }

    @Test
    void transformsOfOneBitWeightsAreExactInBf16() {
        double[][] taps = drawnRows(3, 1);
        for (double[] tap : taps) for (int i = 0; i < VALUES; i++) tap[i] = tap[i] < 0 ? -1 : 1;
        long planes = filters(taps);
        for (int p = 0; p < PLANES; p++)
            for (int i = 0; i < VALUES; i++) {
                float value = TestMemory.getFloat(planes + p * PLANE + 4L * i);
                assertEquals(value, TestMemory.fromBf16(Vectors.bf16(value)), "plane " + p);
            }
    }

    // ---- rows of tensors and lines

    private final float[] scale = memory.draw(3 * Layout.BLOCK, 2, 4), offset = memory.draw(3 * Layout.BLOCK, 2, 8);

    @Test
    void rowsAreLoadedAsTheyAreOrActivated() {
        double[] x = drawn(4);
        int p = Layout.BLOCK;
        long row = row(x), plain = line(drawn(1)), activated = line(drawn(1));
        ColumnTransforms.loadPlain(row, COUNT, plain);
        ColumnTransforms.loadActivated(row, COUNT, activated, scale, offset, -1, p);
        for (int i = 0; i < VALUES; i++) {
            int c = p + i % Layout.BLOCK;
            assertEquals(x[i], TestMemory.getFloat(plain + 4L * i));
            assertEquals(Math.max(-1, x[i] * scale[c] + offset[c]), TestMemory.getFloat(activated + 4L * i));
        }
    }

    @Test
    void linesAreStoredRoundedWithTheSkipAndWhatIsStoredIsSummed() {
        int p = Layout.BLOCK;
        double[] values = drawn(4), skip = drawn(4);
        for (int i = 0; i < VALUES; i++) values[i] += memory.draw(1, 256);
        long line = line(values), plain = row(drawn(1)), summed = row(drawn(1)), added = row(drawn(1));
        float[] sum = new float[3 * Layout.BLOCK], squares = sum.clone(), sumAdded = sum.clone(), squaresAdded = sum.clone();
        ColumnTransforms.storePlain(line, plain, COUNT);
        ColumnTransforms.storeSums(line, summed, COUNT, sum, squares, p);
        ColumnTransforms.storeAddSums(line, added, row(skip), COUNT, sumAdded, squaresAdded, p);
        double[] expected = new double[sum.length], expectedSquares = expected.clone(), expectedAdded = expected.clone(), expectedSquaresAdded = expected.clone();
        for (int i = 0; i < VALUES; i++) {
            float stored = TestMemory.rounded(Precision.BF16, values[i]), with = TestMemory.rounded(Precision.BF16, values[i] + skip[i]);
            assertEquals(stored, fromRow(plain, i));
            assertEquals(stored, fromRow(summed, i));
            assertEquals(with, fromRow(added, i));
            int c = p + i % Layout.BLOCK;
            expected[c] += stored;
            expectedSquares[c] += stored * stored;
            expectedAdded[c] += with;
            expectedSquaresAdded[c] += with * with;
        }
        for (int c = 0; c < sum.length; c++) {
            assertEquals(expected[c], sum[c], 1e-3);
            assertEquals(expectedSquares[c], squares[c], 1e-2);
            assertEquals(expectedAdded[c], sumAdded[c], 1e-3);
            assertEquals(expectedSquaresAdded[c], squaresAdded[c], 1e-2);
        }
    }

    @Test
    void gradientsAreSummedWhereTheActivatedLiesAboveTheFloor() {
        int p = 2 * Layout.BLOCK;
        double[] gradient = drawn(4), x = drawn(4);
        long to = row(drawn(1));
        float[] sum = new float[3 * Layout.BLOCK], products = sum.clone();
        ColumnTransforms.storeGradientSums(line(gradient), to, row(x), COUNT, scale, offset, 0, sum, products, p);
        double[] expectedSum = new double[sum.length], expectedProducts = expectedSum.clone();
        for (int i = 0; i < VALUES; i++) {
            assertEquals(gradient[i], fromRow(to, i));
            int c = p + i % Layout.BLOCK;
            double a = x[i] * scale[c] + offset[c];
            if (a <= 0) continue;
            expectedSum[c] += gradient[i];
            expectedProducts[c] += gradient[i] * a;
        }
        for (int c = 0; c < sum.length; c++) {
            assertEquals(expectedSum[c], sum[c], 1e-3);
            assertEquals(expectedProducts[c], products[c], 1e-3);
        }
    }
}
