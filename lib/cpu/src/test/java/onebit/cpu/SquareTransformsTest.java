package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.ObjDoubleConsumer;
import onebit.cpu.TestMemory.Row;
import onebit.engine.Precision;
import org.junit.jupiter.api.Test;

/**
 * Winograd's transforms against plain 3x3 convolutions in float64, channel by channel: filters, input and gradients are
 * transformed, multiplied plane by plane, and transformed back. 
 */
class SquareTransformsTest {

    private static final int[][] SIZES = {{1, 1}, {2, 2}, {3, 5}, {4, 4}, {5, 7}, {8, 8}, {7, 13}, {9, 6}};

    /** A plane of values a channel: [channel][row][column]. */
    private record Image(double[][][] values) {

        static Image drawn(TestMemory memory, int channels, int height, int width, int limit) {
            double[][][] v = new double[channels][height][width];
            for (double[][] plane : v) for (double[] line : plane) for (int x = 0; x < width; x++) line[x] = memory.draw(limit, 1);
            return new Image(v);
        }

        double at(int channel, int y, int x) {
            double[][] plane = values[channel];
            return y >= 0 && y < plane.length && x >= 0 && x < plane[0].length ? plane[y][x] : 0;
        }
    }

    /** A size, and what lies in memory around its transforms. */
    private static final class Case implements AutoCloseable {
        final TestMemory memory;
        final int channels, height, width, m, tilesOfLine, tiles;
        final long pixel, rowBytes, tileStride, planeStride, productStride, productPlane, filterPlane;
        final double tolerance;

        Case(int height, int width, long seed) {
            tolerance = 1e-3;
            memory = new TestMemory(seed);
            this.height = height;
            this.width = width;
            channels = Vectors.LANES;
            m = SquareTransforms.TILE;
            tilesOfLine = (width + m - 1) / m;
            tiles = tilesOfLine * ((height + m - 1) / m);
            pixel = Vectors.BYTES;
            rowBytes = (tilesOfLine * m + 2) * pixel;
            tileStride = 3L * Vectors.BYTES;
            planeStride = tiles * tileStride + 320;
            productStride = channels * 4L + 64;
            productPlane = tiles * productStride + 320;
            filterPlane = channels * 4L + 128;
        }

        /** Channel k of a row's pixel. */
        private long inRow(long row, int x, int k) {
            return row + (x + 1) * pixel + 4L * k;
        }

        /** Line y of an image in a row; zeros where there is none. Channels in the order of parameters. */
        private long row(Image image, int y) {
            long row = memory.allocate(rowBytes);
            for (int x = 0; x < width; x++) for (int k = 0; k < channels; k++) TestMemory.setFloat(inRow(row, x, k), (float) image.at(k, y, x));
            return row;
        }

        /** Input transform of all tiles: planes of tiles. */
        long transformed(Image image) {
            long planes = memory.allocate(SquareTransforms.PLANES * planeStride), scratch = memory.allocate((m + 2) * rowBytes);
            for (int line = 0; line * m < height; line++) {
                long[] rows = new long[m + 2];
                for (int i = 0; i < m + 2; i++) rows[i] = row(image, line * m - 1 + i);
                SquareTransforms.input(rows, tilesOfLine, planes + line * tilesOfLine * tileStride, tileStride, planeStride, scratch);
            }
            return planes;
        }

        long transformedOutputGradient(Image gradient) {
            long planes = memory.allocate(SquareTransforms.PLANES * planeStride), scratch = memory.allocate((m + 2) * rowBytes);
            for (int line = 0; line * m < height; line++) {
                long[] rows = new long[m];
                for (int i = 0; i < m; i++) rows[i] = row(gradient, line * m + i) + pixel;
                SquareTransforms.outputGradient(rows, tilesOfLine, planes + line * tilesOfLine * tileStride, tileStride, planeStride, scratch);
            }
            return planes;
        }

        double tile(long planes, int plane, int tile, int k) {
            return new Row(Precision.FLOAT32, planes + plane * planeStride, tiles, tileStride).get(tile, k);
        }

        long filterPlanes(double[][] taps, boolean turned) {
            long tapStride = 4L * channels + 64, from = memory.allocate(9 * tapStride), to = memory.allocate(SquareTransforms.PLANES * filterPlane);
            long scratch = memory.allocate(3L * (m + 2) * channels * 4);
            for (int t = 0; t < 9; t++) for (int k = 0; k < channels; k++) TestMemory.setFloat(from + t * tapStride + 4L * k, (float) taps[k][t]);
            SquareTransforms.filter(from, tapStride, channels, to, filterPlane, turned, scratch);
            return to;
        }

        /** Products of tiles and filters, channel by channel, and back. */
        Image filtered(long planes, long filters, float scale) {
            long products = memory.allocate(SquareTransforms.PLANES * productPlane), scratch = memory.allocate((m + 2) * rowBytes);
            for (int p = 0; p < SquareTransforms.PLANES; p++)
                for (int t = 0; t < tiles; t++)
                    for (int k = 0; k < channels; k++)
                        TestMemory.setFloat(products + p * productPlane + t * productStride + 4L * k,
                            (float) (tile(planes, p, t, k) * TestMemory.getFloat(filters + p * filterPlane + 4L * k)));
            double[][][] result = new double[channels][height][width];
            for (int line = 0; line * m < height; line++) {
                long[] rows = new long[m];
                for (int i = 0; i < m; i++) rows[i] = memory.allocate(rowBytes);
                SquareTransforms.output(products + line * tilesOfLine * productStride, productStride, productPlane, tilesOfLine, rows, scale, scratch);
                for (int i = 0; i < m && line * m + i < height; i++)
                    for (int x = 0; x < width; x++) for (int k = 0; k < channels; k++) result[k][line * m + i][x] = TestMemory.getFloat(rows[i] + x * pixel + 4L * k);
            }
            return new Image(result);
        }

        /** The filters' gradient, from planes of products summed over the tiles. */
        double[][] filterGradient(long in, long gradient) {
            long planes = memory.allocate(SquareTransforms.PLANES * filterPlane), tapStride = 4L * channels + 64, taps = memory.allocate(9 * tapStride);
            for (int p = 0; p < SquareTransforms.PLANES; p++)
                for (int k = 0; k < channels; k++) {
                    double sum = 0;
                    for (int t = 0; t < tiles; t++) sum += tile(in, p, t, k) * tile(gradient, p, t, k);
                    TestMemory.setFloat(planes + p * filterPlane + 4L * k, (float) sum);
                }
            SquareTransforms.filterGradient(planes, filterPlane, channels, taps, tapStride);
            double[][] result = new double[channels][9];
            for (int t = 0; t < 9; t++) for (int k = 0; k < channels; k++) result[k][t] = TestMemory.getFloat(taps + t * tapStride + 4L * k);
            return result;
        }

        double[][] drawnTaps() {
            double[][] taps = new double[channels][9];
            for (double[] filter : taps) for (int t = 0; t < 9; t++) filter[t] = memory.draw(3, 1);
            return taps;
        }

        void assertClose(double[][][] expected, Image actual) {
            for (int k = 0; k < channels; k++) for (int y = 0; y < height; y++) assertArrayEquals(expected[k][y], actual.values[k][y], tolerance, this + ", channel " + k + ", line " + y);
        }

        @Override
        public String toString() {
            return height + "x" + width;
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    private static void forAll(java.util.function.Consumer<Case> check) {
        for (int[] size : SIZES)
            try (Case c = new Case(size[0], size[1], 31L * size[0] + size[1])) {
                check.accept(c);
            }
    }

    /** sum over taps of filter * image shifted; the sum is over [row][column] of the filter from -1. */
    private static double[][][] convolved(Image image, double[][] taps, int height, int width, boolean turned) {
        double[][][] result = new double[taps.length][height][width];
        for (int k = 0; k < taps.length; k++)
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    for (int t = 0; t < 9; t++) result[k][y][x] += taps[k][turned ? 8 - t : t] * image.at(k, y + t / 3 - 1, x + t % 3 - 1);
        return result;
    }

    @Test
    void productsOfTransformsAreTheConvolutionTimesAConstant() {
        forAll(c -> {
            Image image = Image.drawn(c.memory, c.channels, c.height, c.width, 4);
            double[][] taps = c.drawnTaps(), halved = new double[c.channels][9];
            for (int k = 0; k < c.channels; k++) for (int t = 0; t < 9; t++) halved[k][t] = taps[k][t] / 2;
            c.assertClose(convolved(image, halved, c.height, c.width, false), c.filtered(c.transformed(image), c.filterPlanes(taps, false), 0.5f));
        });
    }

    @Test
    void turnedFiltersGiveTheGradientOfTheInput() {
        forAll(c -> {
            Image gradient = Image.drawn(c.memory, c.channels, c.height, c.width, 4);
            double[][] taps = c.drawnTaps();
            c.assertClose(convolved(gradient, taps, c.height, c.width, true), c.filtered(c.transformed(gradient), c.filterPlanes(taps, true), 1));
        });
    }

    @Test
    void productsOfInputAndGradientTransformsAreTheFiltersGradient() {
        forAll(c -> {
            Image image = Image.drawn(c.memory, c.channels, c.height, c.width, 4), gradient = Image.drawn(c.memory, c.channels, c.height, c.width, 4);
            double[][] expected = new double[c.channels][9];
            for (int k = 0; k < c.channels; k++)
                for (int t = 0; t < 9; t++)
                    for (int y = 0; y < c.height; y++)
                        for (int x = 0; x < c.width; x++) expected[k][t] += gradient.at(k, y, x) * image.at(k, y + t / 3 - 1, x + t % 3 - 1);
            double[][] actual = c.filterGradient(c.transformed(image), c.transformedOutputGradient(gradient));
            for (int k = 0; k < c.channels; k++) assertArrayEquals(expected[k], actual[k], 10 * c.tolerance, c + ", channel " + k);
        });
    }

    // ---- lines between tensors and rows

    private static final double[] FLOORS = {0, -1, Double.NEGATIVE_INFINITY};

    /** A line of a tensor, a row of the same width, and the parameters of its channels. */
    private static final class Line implements AutoCloseable {
        final TestMemory memory;
        final int width, channels, p;
        final float floor;
        final float[] scale, offset, sum, products;
        final double[] expectedSum, expectedProducts;

        Line(int width, double floor, long seed) {
            this.width = width;
            this.floor = (float) floor;
            memory = new TestMemory(seed);
            channels = Vectors.LANES;
            p = memory.drawInt(3) * channels;
            scale = memory.draw(p + channels, 2, 4);
            offset = memory.draw(p + channels, 2, 8);
            sum = memory.draw(p + channels, 4, 4);
            products = memory.draw(p + channels, 4, 4);
            expectedSum = doubles(sum);
            expectedProducts = doubles(products);
        }

        private static double[] doubles(float[] values) {
            double[] d = new double[values.length];
            for (int i = 0; i < d.length; i++) d[i] = values[i];
            return d;
        }

        Row tensor() {
            return memory.row(Precision.FLOAT32, width, (1 + memory.drawInt(3)) * (long) Vectors.BYTES, 8, 8);
        }

        Row like(Row row) {
            return memory.row(Precision.FLOAT32, width, row.stride(), 8, 8);
        }

        /** A row of float32. */
        long row() {
            long row = memory.allocate(width * (long) Vectors.BYTES);
            for (int i = 0; i < width * channels; i++) TestMemory.setFloat(row + 4L * i, memory.draw(4, 256));
            return row;
        }

        double inRow(long row, int x, int k) {
            return TestMemory.getFloat(row + x * (long) Vectors.BYTES + 4L * k);
        }

        void add(int k, double toSum, double toProducts) {
            expectedSum[p + k] += toSum;
            expectedProducts[p + k] += toProducts;
        }

        void assertSums() {
            assertArrayEquals(expectedSum, doubles(sum), 1e-6, this + ": sums");
            assertArrayEquals(expectedProducts, doubles(products), 1e-3, this + ": sums of products");
        }

        @Override
        public String toString() {
            return "width " + width + ", floor " + floor + ", parameters from " + p;
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    private static void forAllLines(ObjDoubleConsumer<Line> check) {
        long seed = 100;
        for (int width : new int[] {1, 2, 5, 8, 13})
            for (double floor : FLOORS)
                try (Line line = new Line(width, floor, seed++)) {
                    check.accept(line, floor);
                }
    }

    @Test
    void linesAreLoadedAsTheyAreOrActivated() {
        forAllLines((l, floor) -> {
            Row from = l.tensor();
            long plain = l.row(), activated = l.row();
            SquareTransforms.load(from.address(), from.stride(), l.width, plain);
            SquareTransforms.loadActivated(from.address(), from.stride(), l.width, activated, l.scale, l.offset, l.floor, l.p);
            for (int x = 0; x < l.width; x++)
                for (int k = 0; k < l.channels; k++) {
                    double value = from.get(x, k);
                    assertEquals(value, l.inRow(plain, x, k), l.toString());
                    assertEquals(Math.max(floor, value * l.scale[l.p + k] + l.offset[l.p + k]) + 0.0, l.inRow(activated, x, k) + 0.0, l.toString());
                }
        });
    }

    @Test
    void rowsAreStoredAndSummed() {
        forAllLines((l, floor) -> {
            long row = l.row();
            Row stored = l.tensor(), summed = l.tensor();
            SquareTransforms.store(row, stored.address(), stored.stride(), l.width);
            SquareTransforms.storeSums(row, summed.address(), summed.stride(), l.width, l.sum, l.products, l.p);
            for (int x = 0; x < l.width; x++)
                for (int k = 0; k < l.channels; k++) {
                    float expected = (float) l.inRow(row, x, k);
                    assertEquals(expected + 0f, stored.get(x, k) + 0f, l.toString());
                    assertEquals(expected + 0f, summed.get(x, k) + 0f, l.toString());
                    l.add(k, expected, (double) expected * expected);
                }
            l.assertSums();
            assertTrue(stored.gapsUntouched() && summed.gapsUntouched(), l.toString());
        });
    }

    @Test
    void theSkipIsAddedAndTheSumIsStored() {
        forAllLines((l, floor) -> {
            long row = l.row();
            Row to = l.tensor(), skip = l.like(to);
            SquareTransforms.storeAddSums(row, to.address(), skip.address(), to.stride(), l.width, l.sum, l.products, l.p);
            for (int x = 0; x < l.width; x++)
                for (int k = 0; k < l.channels; k++) {
                    float expected = (float) (l.inRow(row, x, k) + skip.get(x, k));
                    assertEquals(expected + 0f, to.get(x, k) + 0f, l.toString());
                    l.add(k, expected, (double) expected * expected);
                }
            l.assertSums();
            assertTrue(to.gapsUntouched(), l.toString());
        });
    }

    @Test
    void gradientsAreSummedWhereTheActivatedLiesAboveTheFloor() {
        forAllLines((l, floor) -> {
            long row = l.row();
            Row to = l.tensor(), stored = l.like(to);
            SquareTransforms.storeGradientSums(row, to.address(), stored.address(), to.stride(), l.width, l.scale, l.offset, l.floor, l.sum, l.products, l.p);
            for (int x = 0; x < l.width; x++)
                for (int k = 0; k < l.channels; k++) {
                    float gradient = (float) l.inRow(row, x, k);
                    double a = stored.get(x, k) * (double) l.scale[l.p + k] + l.offset[l.p + k];
                    assertEquals(gradient + 0f, to.get(x, k) + 0f, l.toString());
                    if (a > floor) l.add(k, gradient, gradient * a);
                }
            l.assertSums();
            assertTrue(to.gapsUntouched(), l.toString());
        });
    }
}
