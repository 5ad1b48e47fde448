package onebit.kit.figures;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import org.knowm.xchart.style.markers.Marker;

/** XChart's own markers are filled; these are open, or stars for what this kit measured. */
final class Markers {

    private Markers() {}

    /** An outline in the series' colour. */
    static Marker open(Glyph glyph) {
        return new Marker() {
            @Override
            public void paint(Graphics2D g, double x, double y, int size) {
                g.setStroke(Ink.line(2.2));
                g.draw(glyph.at(x, y, size / 2.0));
            }
        };
    }

    static Marker filled(Glyph glyph) {
        return new Marker() {
            @Override
            public void paint(Graphics2D g, double x, double y, int size) {
                g.fill(glyph.at(x, y, size / 2.0));
            }
        };
    }

    /** A star with a number on it, larger than the others and pale, so that a marker on it can be seen. */
    static Marker numberedStar(int number) {
        Marker star = paleStar(), onIt = number(number);
        return new Marker() {
            @Override
            public void paint(Graphics2D g, double x, double y, int size) {
                star.paint(g, x, y, size);
                onIt.paint(g, x, y, size);
            }
        };
    }

    /** The star alone, for those that may lie on one another: their numbers are drawn when all stars are. */
    static Marker paleStar() {
        return new Marker() {
            @Override
            public void paint(Graphics2D g, double x, double y, int size) {
                Color colour = g.getColor();
                Shape star = Glyph.STAR.at(x, y, 0.95 * size);
                g.setColor(Ink.OURS_PAPER);
                g.fill(star);
                g.setColor(colour);
                g.setStroke(Ink.line(2));
                g.draw(star);
            }
        };
    }

    /** The number of a star. */
    static Marker number(int number) {
        return new Marker() {
            @Override
            public void paint(Graphics2D g, double x, double y, int size) {
                Font font = Fonts.bold(0.95 * size);
                String text = Integer.toString(number);
                Rectangle2D ink = font.createGlyphVector(Fonts.CONTEXT, text).getVisualBounds();
                Text.draw(g, text, font, Ink.BLACK, x - ink.getCenterX(), y + 0.06 * size - ink.getCenterY());
            }
        };
    }
}
