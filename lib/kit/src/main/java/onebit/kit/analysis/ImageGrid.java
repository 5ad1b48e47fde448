package onebit.kit.analysis;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import onebit.data.Split;
import onebit.kit.figures.Fonts;
import onebit.model.Shape;

/** Small images, enlarged, in lines: a picture for notebooks. */
public record ImageGrid(List<Line> lines) {

    /** Sides of a tile are at least this many pixels. */
    private static final int TILE = 96;
    private static final int GAP = 8;
    private static final int FONT_SIZE = 13;

    /**
     * @param heading left of the tiles; may be empty
     */
    public record Line(String heading, List<Tile> tiles) {
        public Line {
            tiles = List.copyOf(tiles);
        }
    }

    /**
     * @param values  0..255, CHW, of 1 or 3 channels
     * @param caption lines of text below; may be empty
     */
    public record Tile(Shape shape, float[] values, List<String> caption) {
        public Tile {
            if (shape.channels() != 1 && shape.channels() != 3) throw new IllegalArgumentException("A picture has 1 or 3 channels, not " + shape.channels() + ".");
            if (values.length < shape.size()) throw new IllegalArgumentException("An image of " + shape + " has " + shape.size() + " values, not " + values.length + ".");
            caption = List.copyOf(caption);
        }

        /** An image of a split. */
        public static Tile of(Split split, int image, String... caption) {
            float[] values = new float[split.shape().size()];
            split.read(image, values);
            return new Tile(split.shape(), values, List.of(caption));
        }

        private int rgb(int y, int x) {
            int plane = shape.height() * shape.width(), at = y * shape.width() + x;
            return shape.channels() == 1 ? 0x010101 * value(at) : value(at) << 16 | value(plane + at) << 8 | value(2 * plane + at);
        }

        private int value(int at) {
            return Math.clamp(Math.round(values[at]), 0, 255);
        }
    }

    public ImageGrid {
        lines = List.copyOf(lines);
    }

    /** Tiles without headings, so many a line. */
    public static ImageGrid of(List<Tile> tiles, int columns) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < tiles.size(); i += columns) lines.add(new Line("", tiles.subList(i, Math.min(i + columns, tiles.size()))));
        return new ImageGrid(lines);
    }

    /** The first images of each class, a line a class; of at most {@code classes} classes. */
    public static ImageGrid ofClasses(Split split, List<String> classNames, int classes, int imagesOfEach) {
        List<Line> lines = new ArrayList<>();
        for (int c = 0; c < Math.min(classes, classNames.size()); c++) {
            List<Tile> tiles = new ArrayList<>();
            for (int i = 0; i < split.count() && tiles.size() < imagesOfEach; i++) if (split.label(i) == c) tiles.add(Tile.of(split, i));
            lines.add(new Line(classNames.get(c), tiles));
        }
        return new ImageGrid(lines);
    }

    /**
     * A grid without tiles is a picture of one pixel.
     *
     * @throws onebit.run.UserError if this machine cannot draw text
     */
    public BufferedImage picture() {
        Fonts.require();
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE);
        Graphics2D ruler = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        FontMetrics text = ruler.getFontMetrics(font);
        int heading = lines.stream().mapToInt(l -> l.heading.isEmpty() ? 0 : text.stringWidth(l.heading) + 2 * GAP).max().orElse(0);
        int cell = Math.max(TILE, lines.stream().flatMap(l -> l.tiles.stream()).flatMap(t -> t.caption.stream()).mapToInt(text::stringWidth).max().orElse(0)) + GAP;
        int width = heading + cell * lines.stream().mapToInt(l -> l.tiles.size()).max().orElse(0);
        int height = lines.stream().mapToInt(l -> height(l, text)).sum();
        ruler.dispose();
        BufferedImage picture = new BufferedImage(Math.max(1, width), Math.max(1, height), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = picture.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setFont(font);
        int y = 0;
        for (Line line : lines) {
            g.setColor(Color.BLACK);
            g.drawString(line.heading, GAP, y + TILE / 2 + text.getAscent() / 2);
            for (int i = 0; i < line.tiles.size(); i++) draw(g, line.tiles.get(i), heading + i * cell, y, text);
            y += height(line, text);
        }
        g.dispose();
        return picture;
    }

    private static int height(Line line, FontMetrics text) {
        int captions = line.tiles.stream().mapToInt(t -> t.caption.size()).max().orElse(0);
        return line.tiles.stream().mapToInt(t -> scale(t) * t.shape.height()).max().orElse(0) + captions * text.getHeight() + GAP;
    }

    /** Whole pixels only: what is shown is what the network sees. */
    private static int scale(Tile tile) {
        return Math.max(1, TILE / Math.max(tile.shape.height(), tile.shape.width()));
    }

    private static void draw(Graphics2D g, Tile tile, int left, int top, FontMetrics text) {
        int scale = scale(tile);
        for (int y = 0; y < tile.shape.height(); y++)
            for (int x = 0; x < tile.shape.width(); x++) {
                g.setColor(new Color(tile.rgb(y, x)));
                g.fillRect(left + x * scale, top + y * scale, scale, scale);
            }
        g.setColor(Color.BLACK);
        for (int i = 0; i < tile.caption.size(); i++)
            g.drawString(tile.caption.get(i), left, top + scale * tile.shape.height() + i * text.getHeight() + text.getAscent());
    }
}
