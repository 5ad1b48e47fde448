package onebit.kit.figures;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import org.knowm.xchart.style.markers.Marker;

/** XChart's own markers are filled; these are open for what was published, and filled for what was measured. */
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

    /** A star in the series' colour with a number on it, larger than the others. */
    static Marker numberedStar(int number) {
        return new Marker() {
            @Override
            public void paint(Graphics2D g, double x, double y, int size) {
                Color colour = g.getColor();
                Shape star = Glyph.STAR.at(x, y, 0.95 * size);
                g.fill(star);
                g.setColor(Ink.BLACK);
                g.setStroke(Ink.line(1));
                g.draw(star);
                Font font = Fonts.bold(0.95 * size);
                String text = Integer.toString(number);
                Rectangle2D ink = font.createGlyphVector(Fonts.CONTEXT, text).getVisualBounds();
                Text.draw(g, text, font, Ink.PAPER, x - ink.getCenterX(), y + 0.06 * size - ink.getCenterY());
                g.setColor(colour);
            }
        };
    }
}
