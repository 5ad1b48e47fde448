package onebit.kit.figures;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import onebit.run.AtomicFile;

/**
 * A picture that can be drawn at any scale.
 *
 * @param name    of its files, without an ending
 * @param width   in pixels at scale 1, at which text is as large as on a web page
 * @param height  the same
 * @param drawing draws it within (0, 0) to (width, height)
 */
public record Figure(String name, int width, int height, Consumer<Graphics2D> drawing) {

    /** Of the PNG files: sharp on today's screens, readable when shown at half their size. */
    public static final double FILE_SCALE = 2;

    /** On white. */
    public BufferedImage image(double scale) {
        BufferedImage image = new BufferedImage((int) Math.ceil(scale * width), (int) Math.ceil(scale * height), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.scale(scale, scale);
            draw(g);
        } finally {
            g.dispose();
        }
        return image;
    }

    /** {@code NAME.png} in that folder, {@link #FILE_SCALE} times as large as it is. */
    public Path writePng(Path folder) {
        Path file = folder.resolve(name + ".png");
        BufferedImage image = image(FILE_SCALE);
        AtomicFile.write(file, out -> ImageIO.write(image, "png", out));
        return file;
    }

    /** {@code NAME.svg} in that folder. */
    public Path writeSvg(Path folder) {
        Path file = folder.resolve(name + ".svg");
        AtomicFile.write(file, Svg.of(width, height, this::draw));
        return file;
    }

    private void draw(Graphics2D g) {
        g.setColor(Ink.PAPER);
        g.fill(new Rectangle2D.Double(0, 0, width, height));
        drawing.accept(g);
    }
}
