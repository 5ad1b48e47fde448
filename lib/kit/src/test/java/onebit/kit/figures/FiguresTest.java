package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import onebit.engine.Precision;
import onebit.kit.results.RunFixture;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** The files, and that nothing is in them that is not in run folders or published. */
class FiguresTest {

    @TempDir
    Path folder;

    private RunFixture fixture() {
        return new RunFixture(folder);
    }

    private static TrainingConfig laptop(String row) {
        return TrainingConfig.of(Row.of(row), Profile.LAPTOP, "cpu", Precision.BF16);
    }

    /** Every figure as SVG, by name. */
    private Map<String, String> drawn() {
        return Figures.of(fixture().runs()).stream().collect(Collectors.toMap(Figure::name, f -> Svg.of(f.width(), f.height(), f.drawing())));
    }

    @Test
    void areDrawnWithoutAnyRunToo() {
        List<String> names = new ArrayList<>(List.of("gap", "summary", "curves"));
        for (Row row : Row.ALL) names.add("curves-" + row.id());
        names.add("schedule");

        assertEquals(names, Figures.of(List.of()).stream().map(Figure::name).toList());
    }

    @Test
    void areWrittenAsPngAtTwiceTheSizeAndAsSvg() throws Exception {
        Path out = folder.resolve("figures");
        Figure figure = GapFigure.figure(List.of());

        BufferedImage png = ImageIO.read(figure.writePng(out).toFile());
        assertEquals(2 * figure.width(), png.getWidth());
        assertEquals(2 * figure.height(), png.getHeight());
        assertEquals(out.resolve("gap.png"), figure.writePng(out));

        DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
        xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document svg = xml.newDocumentBuilder().parse(figure.writeSvg(out).toFile());
        assertEquals("0 0 " + figure.width() + " " + figure.height(), svg.getDocumentElement().getAttribute("viewBox"));
        assertEquals(0, svg.getElementsByTagName("text").getLength(), "text is outlines, so that no font is needed to see it");
        assertTrue(svg.getElementsByTagName("path").getLength() > 20);
    }

    @Test
    void areTheSameBytesWheneverTheyAreDrawn() throws Exception {
        fixture().finished("a", laptop("cifar10-1bit-bn"), 8500);

        for (Figure figure : List.of(GapFigure.figure(fixture().runs()), CurvesFigure.figure(Row.of("cifar10-1bit-bn"), fixture().runs()))) {
            byte[] png = Files.readAllBytes(figure.writePng(folder)), svg = Files.readAllBytes(figure.writeSvg(folder));
            assertArrayEquals(png, Files.readAllBytes(figure.writePng(folder)), figure.name());
            assertArrayEquals(svg, Files.readAllBytes(figure.writeSvg(folder)), figure.name());
        }
    }

    @Test
    void changeWhenARunFolderComesOrGoes() {
        fixture().finished("full", laptop("cifar10-full-bn"), 8850);
        Map<String, String> before = drawn();

        fixture().finished("one-bit", laptop("cifar10-1bit-bn"), 8500);
        Map<String, String> with = drawn();
        for (String name : with.keySet())
            assertEquals(List.of("gap", "summary", "curves", "curves-cifar10-1bit-bn").contains(name), !with.get(name).equals(before.get(name)), name);

        fixture().delete("one-bit");
        assertEquals(before, drawn());
    }

    @Test
    void showFinishedRunsOnly() {
        fixture().unfinished("a", laptop("cifar10-1bit-bn"));

        assertEquals(List.of(), fixture().runs());
    }

    @Test
    void aPictureIsNotBlank() {
        BufferedImage image = SummaryFigure.figure(List.of()).image(0.5);
        long dark = java.util.stream.IntStream.range(0, image.getWidth() * image.getHeight())
            .filter(i -> (image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xFF) < 128).count();

        assertTrue(dark > 0.01 * image.getWidth() * image.getHeight());
        assertFalse(dark > 0.3 * image.getWidth() * image.getHeight());
    }
}
