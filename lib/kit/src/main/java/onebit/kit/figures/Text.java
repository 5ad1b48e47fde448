package onebit.kit.figures;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.List;

/** Text as outlines: in an SVG too it looks the same wherever it is opened. */
final class Text {

    private Text() {}

    /** Begins at x, on the baseline y. */
    static void draw(Graphics2D g, String text, Font font, Color colour, double x, double y) {
        g.setColor(colour);
        g.fill(AffineTransform.getTranslateInstance(x, y).createTransformedShape(font.createGlyphVector(Fonts.CONTEXT, text).getOutline()));
    }

    static double width(String text, Font font) {
        return font.getStringBounds(text, Fonts.CONTEXT).getWidth();
    }

    /** The text in lines of at most that width, broken at spaces; a longer word has a line of its own. */
    static List<String> wrapped(String text, Font font, double width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && width(line + " " + word, font) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        if (!line.isEmpty()) lines.add(line.toString());
        return lines;
    }
}
