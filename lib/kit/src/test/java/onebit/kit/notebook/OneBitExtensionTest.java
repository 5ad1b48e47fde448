package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import onebit.engine.Precision;
import onebit.kit.results.RunFixture;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import onebit.model.WideResNet;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.common.Image;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** On the renderer of the kernel itself. */
class OneBitExtensionTest {

    private final Renderer renderer = new Renderer();

    @BeforeEach
    void asInTheKernel() {
        Image.registerAll(renderer);
        OneBitExtension.register(renderer);
    }

    @Test
    void theKernelFindsItThroughTheClassPath() {
        assertTrue(StreamSupport.stream(ServiceLoader.load(Extension.class).spliterator(), false).anyMatch(e -> e instanceof OneBitExtension));
    }

    @Test
    void aChartIsAPictureTwiceAsDenseAsItIsShown() throws IOException {
        XYChart chart = new XYChartBuilder().width(320).height(200).title("Accuracy").build();
        chart.addSeries("test", new double[] {1, 2, 3}, new double[] {10, 40, 60});

        DisplayData shown = renderer.render(chart);

        BufferedImage picture = png(shown);
        assertEquals(640, picture.getWidth());
        assertEquals(400, picture.getHeight());
        assertEquals("Chart: Accuracy", shown.getData(MIMEType.TEXT_PLAIN));
    }

    @Test
    void anImageKeepsItsPixels() throws IOException {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(2, 1, 0xff4080);

        BufferedImage shown = png(renderer.render(image));

        assertEquals(3, shown.getWidth());
        assertEquals(0xff4080, shown.getRGB(2, 1) & 0xffffff);
    }

    @Test
    void aTableIsHtmlWithItsTextEscapedAndMissingValuesLeftEmpty() {
        Table table = Table.create("accuracies", StringColumn.create("row", "a < b & c", "d"), DoubleColumn.create("percent", 91.5, Double.NaN));

        String html = html(table);

        assertTrue(html.contains("a &lt; b &amp; c"), html);
        assertTrue(html.contains(">91.5</td>"), html);
        assertTrue(html.endsWith("tabular-nums\"></td></tr></tbody></table></div>"), html);
    }

    @Test
    void aLongTableSaysThatItIsCut() {
        Table table = Table.create("long", DoubleColumn.create("x", new double[HtmlTable.MOST_ROWS + 1]));

        String html = html(table);

        assertTrue(html.contains("the first 1000 of 1001 rows"), html.substring(0, 200));
        assertEquals(HtmlTable.MOST_ROWS + 1, html.split("<tr>", -1).length - 1, "lines, with the header's");
    }

    @Test
    void aNetworkIsATableWithALineANode() {
        Graph graph = WideResNet.graph(Row.of("cifar10-1bit-bn").network(20, 1, new Shape(3, 32, 32), 10));

        String html = html(graph);

        for (var node : graph.nodes()) assertTrue(html.contains(">" + node.name() + "</td>"), node.name());
        assertTrue(html.contains("20 convolutions with 268,336 weights, one bit each"), html.substring(0, 400));
        assertTrue(html.contains("convolution 3x3, stride 2, padded below and to the right, 1 bit a weight"), html);
    }

    @Test
    void aResultStatesItsIntervalAndItsRow() {
        RunResult result = new RunResult("cifar10-1bit-bn", 10_000, 9_000, 90, 0.31, 92, 0.25, 30, 50_000, 4_000, 3.5);

        String html = html(result);

        assertTrue(html.contains("CIFAR-10, 1 bit per weight, batch norm"), html);
        assertTrue(html.contains("90.00 % (9,000 of 10,000 images right; 95 % interval 89.40 to 90.57 %)"), html);
        assertTrue(html.contains("1 h 6 min"), html);
    }

    @Test
    void aFolderWithoutARunSaysSo(@TempDir Path folder) {
        assertTrue(html(new RunFolder(folder)).contains("No run has begun"));
    }

    @Test
    void aRunThatWentOnByAnotherEngineSaysSo(@TempDir Path folder) {
        TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.LAPTOP, "cpu", Precision.BF16);
        new RunFixture(folder).finished("finished", config, 8500, "cpu bf16", "torch float32");
        new RunFixture(folder).unfinished("unfinished", config, "cpu bf16", "torch float32");

        for (String run : List.of("finished", "unfinished")) {
            String html = html(new RunFolder(folder.resolve("runs").resolve(run)));
            assertTrue(html.contains("cpu bf16 then torch float32"), html);
        }
    }

    @Test
    void whatCannotBeShownBecomesASentenceAndNoError(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{");

        DisplayData shown = renderer.render(new RunFolder(folder));

        assertFalse(shown.hasDataForType(MIMEType.TEXT_HTML));
        assertTrue(shown.getData(MIMEType.TEXT_PLAIN).toString().startsWith("This RunFolder cannot be shown: "), () -> shown.getData(MIMEType.TEXT_PLAIN).toString());
    }

    @Test
    void anErrorOfTheFontLibrariesNamesThePackagesAndDoesNotReachTheKernel() {
        record Broken() {}
        Rendering.picture(renderer, Broken.class, b -> {
            throw new UnsatisfiedLinkError("libharfbuzz.so.0: cannot open shared object file");
        });

        String text = renderer.render(new Broken()).getData(MIMEType.TEXT_PLAIN).toString();

        assertTrue(text.contains("apt-get install") && text.contains("libharfbuzz0b"), text);
    }

    private String html(Object value) {
        return renderer.render(value).getData(MIMEType.TEXT_HTML).toString();
    }

    private static BufferedImage png(DisplayData shown) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(shown.getData(MIMEType.IMAGE_PNG).toString())));
    }
}
