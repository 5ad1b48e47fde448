package onebit.kit.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.util.List;
import onebit.data.Split;
import onebit.model.Shape;
import org.junit.jupiter.api.Test;

class ImageGridTest {

    /** Three images of 2x2 pixels; the second is red, green, blue and white, the others black. */
    private static final Split SPLIT = new Split(new Shape(3, 2, 2), new byte[] {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        -1, 0, 0, -1, 0, -1, 0, -1, 0, 0, -1, -1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, new byte[] {0, 1, 0});

    @Test
    void everyPixelIsASquareOfItsColour() {
        BufferedImage picture = ImageGrid.of(List.of(ImageGrid.Tile.of(SPLIT, 1)), 1).picture();
        assertEquals(List.of(0xFFFF0000, 0xFF00FF00, 0xFF0000FF, 0xFFFFFFFF),
            List.of(picture.getRGB(24, 24), picture.getRGB(72, 24), picture.getRGB(24, 72), picture.getRGB(72, 72)));
        assertEquals(0xFFFF0000, picture.getRGB(47, 47), "up to its edge");
    }

    @Test
    void tilesFillLinesInOrder() {
        ImageGrid grid = ImageGrid.of(List.of(ImageGrid.Tile.of(SPLIT, 0), ImageGrid.Tile.of(SPLIT, 1), ImageGrid.Tile.of(SPLIT, 2)), 2);
        assertEquals(List.of(2, 1), grid.lines().stream().map(l -> l.tiles().size()).toList());
        assertEquals(0xFFFF0000, grid.picture().getRGB(104 + 24, 24), "the second is right of the first");
    }

    @Test
    void aClassHasALineOfItsFirstImages() {
        ImageGrid grid = ImageGrid.ofClasses(SPLIT, List.of("black", "colours", "none"), 10, 2);
        assertEquals(List.of("black", "colours", "none"), grid.lines().stream().map(ImageGrid.Line::heading).toList());
        assertEquals(List.of(2, 1, 0), grid.lines().stream().map(l -> l.tiles().size()).toList());
        grid.picture();
    }

    @Test
    void valuesBeyondAByteAreCutAndGreyImagesAreGrey() {
        ImageGrid.Tile tile = new ImageGrid.Tile(new Shape(1, 1, 2), new float[] {300, -5}, List.of());
        BufferedImage picture = ImageGrid.of(List.of(tile), 1).picture();
        assertEquals(0xFFFFFFFF, picture.getRGB(10, 10));
        assertEquals(0xFF000000, picture.getRGB(60, 10));
        assertThrows(IllegalArgumentException.class, () -> new ImageGrid.Tile(new Shape(2, 1, 1), new float[2], List.of()));
    }

    @Test
    void nothingIsAPictureToo() {
        assertEquals(1, ImageGrid.of(List.of(), 3).picture().getWidth());
    }
}
