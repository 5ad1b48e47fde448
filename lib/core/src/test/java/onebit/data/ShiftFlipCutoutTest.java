package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import onebit.data.ShiftFlipCutout.Placement;
import onebit.model.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ShiftFlipCutoutTest {

    private static final Shape CIFAR = new Shape(3, 32, 32);
    private static final int DRAWS = 49 * 9 * 400;
    private final Augmentation augmentation = new ShiftFlipCutout();

    static List<Shape> shapes() {
        return List.of(CIFAR, new Shape(1, 28, 28), new Shape(3, 8, 12), new Shape(2, 5, 3), new Shape(1, 1, 1), new Shape(3, 33, 31));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void drawsThePictureThatThePlacementDescribes(Shape shape) {
        Split split = GeneratedDataset.of(shape, 4, 60, 1, 7).train();
        float[] out = new float[shape.size()];
        for (int epoch = 1; epoch <= 10; epoch++) {
            for (int image = 0; image < split.count(); image++) {
                Arrays.fill(out, Float.NaN);
                augmentation.read(split, image, 3, epoch, out);
                assertArrayEquals(plain(split, image, ShiftFlipCutout.placement(shape, 3, epoch, image)), out);
            }
        }
    }

    /** The method's words, pixel by pixel. */
    private static float[] plain(Split split, int image, Placement p) {
        Shape shape = split.shape();
        float[] source = new float[shape.size()];
        split.read(image, source);
        float[] out = new float[shape.size()];
        for (int c = 0; c < shape.channels(); c++) {
            for (int y = 0; y < shape.height(); y++) {
                for (int x = 0; x < shape.width(); x++) {
                    int position = c * shape.height() * shape.width() + y * shape.width() + x;
                    int sourceY = y + p.shiftY(), sourceX = (p.mirrored() ? shape.width() - 1 - x : x) + p.shiftX();
                    boolean covered = p.top() <= y && y <= p.bottom() && p.left() <= x && x <= p.right();
                    boolean outside = sourceY < 0 || sourceY >= shape.height() || sourceX < 0 || sourceX >= shape.width();
                    out[position] = covered || outside ? ShiftFlipCutout.noise(p.noise(), position)
                        : source[c * shape.height() * shape.width() + sourceY * shape.width() + sourceX];
                }
            }
        }
        return out;
    }

    @Test
    void shiftsAreUniformFromMinusFourToFourOnEachAxisIndependently() {
        Map<Integer, Integer> vertical = count(Placement::shiftY), horizontal = count(Placement::shiftX);
        assertEquals(IntStream.rangeClosed(-4, 4).boxed().toList(), List.copyOf(vertical.keySet()));
        assertEquals(vertical.keySet(), horizontal.keySet());
        assertUniform(vertical);
        assertUniform(horizontal);
        assertUniform(count(p -> p.shiftY() * 9 + p.shiftX()));
    }

    @Test
    void halfOfTheImagesAreMirroredWhateverTheirShift() {
        Map<Integer, Integer> counts = count(p -> (p.shiftX() + 4) * 2 + (p.mirrored() ? 1 : 0));
        assertEquals(18, counts.size());
        assertUniform(counts);
    }

    @Test
    void thePatchIsDrawnPerAxisFromFortyNinePlaces() {
        // p in -16..32 covers max(0, p-1) .. min(31, p+16): the pairs (first, last) that can be, each from one p.
        var expected = new TreeSet<Integer>();
        for (int p = -16; p <= 32; p++) expected.add(Math.max(0, p - 1) * 100 + Math.min(31, p + 16));
        assertEquals(49, expected.size());
        Map<Integer, Integer> rows = count(p -> p.top() * 100 + p.bottom()), columns = count(p -> p.left() * 100 + p.right());
        assertEquals(expected, rows.keySet());
        assertEquals(expected, columns.keySet());
        assertUniform(rows);
        assertUniform(columns);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void atLeastOneRowAndColumnAreCoveredAndNothingOutside(Shape shape) {
        for (int image = 0; image < 2_000; image++) {
            Placement p = ShiftFlipCutout.placement(shape, 1, 1, image);
            assertTrue(0 <= p.top() && p.top() <= p.bottom() && p.bottom() < shape.height(), p::toString);
            assertTrue(0 <= p.left() && p.left() <= p.right() && p.right() < shape.width(), p::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"32, 4, 18", "28, 4, 16", "16, 2, 9", "64, 8, 36"})
    void otherSizesKeepTheProportion(int size, int shift, int patch) {
        Shape shape = new Shape(1, size, size);
        int largestShift = 0, largestPatch = 0;
        for (int image = 0; image < 3_000; image++) {
            Placement p = ShiftFlipCutout.placement(shape, 1, 1, image);
            largestShift = Math.max(largestShift, Math.max(Math.abs(p.shiftX()), Math.abs(p.shiftY())));
            largestPatch = Math.max(largestPatch, Math.max(p.bottom() - p.top(), p.right() - p.left()) + 1);
        }
        assertEquals(shift, largestShift);
        assertEquals(patch, largestPatch);
    }

    @Test
    void noiseIsUniformAndFreshForEachPixelAndChannel() {
        int[] counts = new int[256];
        int equalAcrossChannels = 0, equalToNeighbour = 0, values = 0;
        Split black = new Split(CIFAR, new byte[3072 * 2_000], new byte[2_000]);
        float[] out = new float[3072];
        for (int image = 0; image < black.count(); image++) {
            augmentation.read(black, image, 11, 1, out);
            Placement p = ShiftFlipCutout.placement(CIFAR, 11, 1, image);
            for (int y = p.top(); y <= p.bottom(); y++) {
                for (int x = p.left(); x < p.right(); x++) {
                    int i = y * 32 + x;
                    counts[(int) out[i]]++;
                    values++;
                    if (out[i] == out[i + 1024]) equalAcrossChannels++;
                    if (out[i] == out[i + 1]) equalToNeighbour++;
                }
            }
        }
        assertUniform(IntStream.range(0, 256).boxed().collect(HashMap::new, (m, v) -> m.put(v, counts[v]), HashMap::putAll));
        double expected = values / 256.0;
        assertEquals(expected, equalAcrossChannels, 6 * Math.sqrt(expected));
        assertEquals(expected, equalToNeighbour, 6 * Math.sqrt(expected));
    }

    @Test
    void isAFunctionOfSeedEpochAndImageAlone() {
        Split split = GeneratedDataset.of(CIFAR, 10, 200, 1, 5).train();
        float[][] inOrder = new float[200][], inParallel = new float[200][];
        for (int i = 0; i < 200; i++) augmentation.read(split, i, 1, 2, inOrder[i] = new float[3072]);
        IntStream.range(0, 200).map(i -> 199 - i).parallel().forEach(i -> augmentation.read(split, i, 1, 2, inParallel[i] = new float[3072]));
        for (int i = 0; i < 200; i++) assertArrayEquals(inOrder[i], inParallel[i]);

        float[] other = new float[3072];
        augmentation.read(split, 0, 2, 2, other);
        assertFalse(Arrays.equals(inOrder[0], other), "another seed");
        augmentation.read(split, 0, 1, 3, other);
        assertFalse(Arrays.equals(inOrder[0], other), "another epoch");
        augmentation.read(split.first(1), 0, 1, 2, other);
        assertArrayEquals(inOrder[0], other, "the number of other images does not matter");
    }

    @Test
    void leavesAloneWhatLiesBehindTheImageAndRefusesImagesThatAreNotThere() {
        Split split = GeneratedDataset.of(new Shape(1, 4, 4), 2, 3, 1, 5).train();
        float[] out = new float[20];
        Arrays.fill(out, -7);
        augmentation.read(split, 2, 1, 1, out);
        for (int i = 16; i < 20; i++) assertEquals(-7, out[i]);
        for (int i = 0; i < 16; i++) assertTrue(out[i] >= 0 && out[i] <= 255);
        assertThrows(IndexOutOfBoundsException.class, () -> augmentation.read(split, 3, 1, 1, out));
        assertThrows(IndexOutOfBoundsException.class, () -> augmentation.read(split.first(1), 1, 1, 1, out));
    }

    private static Map<Integer, Integer> count(ToIntFunction<Placement> value) {
        var counts = new TreeMap<Integer, Integer>();
        for (int i = 0; i < DRAWS; i++) counts.merge(value.applyAsInt(ShiftFlipCutout.placement(CIFAR, 42, 1 + i % 7, i)), 1, Integer::sum);
        return counts;
    }

    /** Chi-square against equal chances, at six standard deviations of a fixed seed's draw. */
    private static void assertUniform(Map<?, Integer> counts) {
        double expected = counts.values().stream().mapToInt(Integer::intValue).sum() / (double) counts.size();
        double chiSquare = counts.values().stream().mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
        int freedom = counts.size() - 1;
        assertEquals(freedom, chiSquare, 6 * Math.sqrt(2.0 * freedom), counts::toString);
    }
}
