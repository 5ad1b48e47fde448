package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onebit.model.Shape;
import org.junit.jupiter.api.Test;

class SplitTest {

    private final Split split = new Split(new Shape(1, 1, 2), new byte[] {0, 1, 127, (byte) 128, (byte) 200, (byte) 255}, new byte[] {3, 0, (byte) 255});

    @Test
    void pixelsAndLabelsAreUnsigned() {
        float[] out = {-1, -1, 77};
        split.read(2, out);
        assertArrayEquals(new float[] {200, 255, 77}, out);
        split.read(1, out);
        assertArrayEquals(new float[] {127, 128, 77}, out);
        assertEquals(255, split.label(2));
    }

    @Test
    void theFirstImagesEndWhereTheyShould() {
        Split two = split.first(2);
        assertEquals(2, two.count());
        assertEquals(0, two.label(1));
        assertThrows(IndexOutOfBoundsException.class, () -> two.label(2));
        assertThrows(IndexOutOfBoundsException.class, () -> two.read(2, new float[2]));
        assertEquals(3, split.first(100).count());
        assertThrows(IllegalArgumentException.class, () -> split.first(0));
    }

    @Test
    void pixelsMustFitTheLabels() {
        assertThrows(IllegalArgumentException.class, () -> new Split(new Shape(1, 1, 2), new byte[5], new byte[3]));
    }
}
