package onebit.kit.notebook;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Base64;
import javax.imageio.ImageIO;
import onebit.kit.figures.Figure;
import org.knowm.xchart.internal.chartpart.Chart;

/** Charts and images as PNG. */
final class Pictures {

    /** Points of a chart's picture to one of its size, so that it is sharp on a dense screen. */
    private static final int DENSITY = 2;

    private Pictures() {}

    static Rendering.Picture ofChart(Chart<?, ?> chart) {
        int width = chart.getWidth(), height = chart.getHeight();
        BufferedImage image = new BufferedImage(width * DENSITY, height * DENSITY, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(DENSITY, DENSITY);
            chart.paint(graphics, width, height);
        } finally {
            graphics.dispose();
        }
        String title = chart.getTitle();
        return new Rendering.Picture(base64(image), width, height, "Chart" + (title == null || title.isBlank() ? "" : ": " + title));
    }

    static Rendering.Picture ofImage(RenderedImage image) {
        return new Rendering.Picture(base64(image), image.getWidth(), image.getHeight(), "Image of " + image.getWidth() + " x " + image.getHeight() + " pixels");
    }

    static Rendering.Picture ofFigure(Figure figure) {
        return new Rendering.Picture(base64(figure.image(DENSITY)), figure.width(), figure.height(), "Figure: " + figure.name());
    }

    private static String base64(RenderedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = Base64.getEncoder().wrap(bytes)) {
            if (!ImageIO.write(image, "png", out)) throw new IllegalArgumentException("PNG has no place for pixels of this kind (" + image.getColorModel() + ")");
        } catch (IOException e) {
            throw new IllegalStateException("The picture could not be encoded: " + e.getMessage(), e);
        }
        return bytes.toString(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
