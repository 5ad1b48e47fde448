package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import onebit.engine.Precision;
import onebit.model.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversionKernelsTest {

    private static final int IMAGES = 3;
    private static final Shape SHAPE = new Shape(40, 5, 3), WHOLE_VECTORS = new Shape(3, 4, 8);

    @ParameterizedTest(name = "{0} {1} to {2} {3}")
    @CsvSource({"BF16, BLOCKED, FLOAT32, BLOCKED", "FLOAT32, CHANNELS_LAST, BF16, CHANNELS_LAST", "BF16, PLANAR, FLOAT32, PLANAR",
        "BF16, BLOCKED, FLOAT32, CHANNELS_LAST", "FLOAT32, CHANNELS_LAST, BF16, BLOCKED", "FLOAT32, CHANNELS_LAST, FLOAT32, BLOCKED"})
    void eachValueComesToItsPlaceRoundedIfNeedBe(Precision fromPrecision, Layout.Order fromOrder, Precision toPrecision, Layout.Order toOrder) {
        Shape shape = fromOrder == Layout.Order.PLANAR ? WHOLE_VECTORS : SHAPE;
        Layout from = new Layout(fromPrecision, fromOrder, shape), to = new Layout(toPrecision, toOrder, shape);
        try (TestMemory memory = new TestMemory(1)) {
            float[] values = memory.draw(IMAGES * from.channels * from.pixels, 3, 1 << 14);
            long source = memory.allocate(IMAGES * from.imageBytes), target = memory.allocate(IMAGES * to.imageBytes + 4);
            TestMemory.setFloat(target + IMAGES * to.imageBytes, 7);
            for (int i = 0; i < values.length; i++) set(from, source, i, values[i]);
            ConversionKernels.convert(from, source, to, target, IMAGES);
            for (int i = 0; i < values.length; i++)
                assertEquals(TestMemory.rounded(toPrecision, TestMemory.rounded(fromPrecision, values[i])), get(to, target, i), "value " + i);
            assertEquals(7, TestMemory.getFloat(target + IMAGES * to.imageBytes), "behind the last");
        }
    }

    /** Place of value i in the order of image, channel (those of the padding, too) and pixel. */
    private static long place(Layout layout, long at, int i) {
        return at + i / (layout.channels * layout.pixels) * layout.imageBytes + layout.offset(i / layout.pixels % layout.channels, i % layout.pixels);
    }

    private static void set(Layout layout, long at, int i, float value) {
        if (layout.precision == Precision.BF16) Vectors.MEMORY.set(ValueLayout.JAVA_SHORT, place(layout, at, i), Vectors.bf16(value));
        else TestMemory.setFloat(place(layout, at, i), value);
    }

    private static float get(Layout layout, long at, int i) {
        long place = place(layout, at, i);
        return layout.precision == Precision.BF16 ? TestMemory.fromBf16(Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, place)) : TestMemory.getFloat(place);
    }
}
