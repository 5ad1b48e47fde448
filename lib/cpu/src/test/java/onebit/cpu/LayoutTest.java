package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import onebit.engine.Precision;
import onebit.model.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Places of values in memory, and the rows that kernels walk. */
class LayoutTest {

    static Stream<Layout> layouts() {
        List<Layout> layouts = new ArrayList<>();
        for (Precision precision : new Precision[] {Precision.FLOAT32, Precision.BF16})
            for (Layout.Order order : Layout.Order.values())
                for (int channels : new int[] {1, 3, 16, 17, 32, 40, 160})
                    for (int[] size : new int[][] {{1, 2}, {4, 4}, {5, 6}, {3, 7}, {8, 6}}) {
                        Shape shape = new Shape(channels, size[0], size[1]);
                        if (order != Layout.Order.PLANAR || shape.height() * shape.width() % Vectors.LANES == 0) layouts.add(new Layout(precision, order, shape));
                    }
        return layouts.stream();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void offsetsGiveEachValueOfTheImageAPlaceOfItsOwn(Layout layout) {
        Set<Long> places = new TreeSet<>();
        for (int c = 0; c < layout.channels; c++) for (int i = 0; i < layout.pixels; i++) places.add(layout.offset(c, i));
        assertEquals((long) layout.channels * layout.pixels, places.size());
        assertEquals(every(layout.elementBytes, layout.imageBytes), places);
        assertTrue(layout.channels >= layout.shape.channels());
        for (int i = 1; i < layout.pixels; i++) assertEquals(layout.pixelStride(), layout.offset(0, i) - layout.offset(0, i - 1));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void rowsVisitEachVectorOnce(Layout layout) {
        List<Long> visited = new ArrayList<>();
        layout.rows((offset, stride, count, p) -> {
            for (int i = 0; i < count; i++) visited.add(offset + i * stride);
        });
        assertEquals(new ArrayList<>(every(layout.vectorBytes(), layout.imageBytes)), visited.stream().sorted().toList());
    }

    private static Set<Long> every(long step, long end) {
        Set<Long> all = new TreeSet<>();
        for (long o = 0; o < end; o += step) all.add(o);
        return all;
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void aRowsParametersAreThoseOfTheChannelsThatLieThere(Layout layout) {
        int[] channelAt = new int[(int) (layout.imageBytes / layout.elementBytes)];
        for (int c = 0; c < layout.channels; c++) for (int i = 0; i < layout.pixels; i++) channelAt[(int) (layout.offset(c, i) / layout.elementBytes)] = c;
        layout.rows((offset, stride, count, p) -> {
            assertTrue(p + Vectors.LANES <= layout.parameters());
            for (int i = 0; i < count; i++)
                for (int k = 0; k < Vectors.LANES; k++) {
                    long place = (offset + i * stride) / layout.elementBytes + k;
                    assertEquals(channelAt[(int) place], channelOf(layout, p + k));
                }
        });
    }

    private static int channelOf(Layout layout, int parameter) {
        return layout.order == Layout.Order.PLANAR ? parameter / Vectors.LANES : parameter;
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void storedImagesLieAtTheirOffsetsWithZerosInThePadding(Layout layout) {
        try (TestMemory memory = new TestMemory(1)) {
            long image = memory.allocate(layout.imageBytes);
            Vectors.MEMORY.asSlice(image, layout.imageBytes).fill((byte) 1);
            float[] pixels = memory.draw(layout.shape.size(), 4, 256);
            layout.store(pixels, image);
            for (int c = 0; c < layout.channels; c++)
                for (int i = 0; i < layout.pixels; i++) {
                    long at = image + layout.offset(c, i);
                    float expected = c < layout.shape.channels() ? TestMemory.rounded(layout.precision, pixels[c * layout.pixels + i]) : 0;
                    assertEquals(expected + 0f, (layout.precision == Precision.BF16 ? TestMemory.fromBf16(Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, at))
                        : TestMemory.getFloat(at)) + 0f);
                }
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void valuesAChannelAreSpreadOverParametersAndGatheredFromAllOfThem(Layout layout) {
        double[] perChannel = new double[layout.shape.channels()], gathered = new double[perChannel.length];
        Arrays.setAll(perChannel, c -> c + 1);
        float[] parameters = new float[layout.parameters()];
        layout.spread(perChannel, parameters);
        int[] copies = new int[perChannel.length];
        for (int i = 0; i < parameters.length; i++) {
            int c = channelOf(layout, i);
            assertEquals(c < perChannel.length ? perChannel[c] : 0, parameters[i]);
            if (c < perChannel.length) copies[c]++;
        }
        layout.gather(parameters, gathered);
        for (int c = 0; c < perChannel.length; c++) {
            assertTrue(copies[c] > 0);
            assertEquals(copies[c] * perChannel[c], gathered[c]);
        }
        double[] before = gathered.clone();
        layout.gather(new float[parameters.length], gathered);
        assertArrayEquals(before, gathered);
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = {"FLOAT32", "BF16"})
    void planesThatAreNoWholeVectorsAreRefused(Precision precision) {
        String message = assertThrows(IllegalArgumentException.class,
            () -> new Layout(precision, Layout.Order.PLANAR, new Shape(3, 3, 5))).getMessage();
        assertTrue(message.contains("multiple of " + Vectors.LANES + " pixels"), message);
    }
}
