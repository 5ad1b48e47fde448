package onebit.kit.figures;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/** Shapes of markers. */
enum Glyph {
    CIRCLE, SQUARE, DIAMOND, TRIANGLE_UP, TRIANGLE_DOWN, TRIANGLE_LEFT, TRIANGLE_RIGHT, PLUS, CROSS, ASTERISK, HEXAGRAM, STAR;

    /** With its middle at (x, y) and of about that radius; looks as large as the others. */
    Shape at(double x, double y, double radius) {
        return switch (this) {
            case CIRCLE -> new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
            case SQUARE -> polygon(x, y, 45, 4, 1.25 * radius);
            case DIAMOND -> polygon(x, y, 0, 4, 1.3 * radius);
            case TRIANGLE_UP -> polygon(x, y, -90, 3, 1.3 * radius);
            case TRIANGLE_DOWN -> polygon(x, y, 90, 3, 1.3 * radius);
            case TRIANGLE_LEFT -> polygon(x, y, 180, 3, 1.3 * radius);
            case TRIANGLE_RIGHT -> polygon(x, y, 0, 3, 1.3 * radius);
            case PLUS -> strokes(x, y, 0, 2, 1.15 * radius);
            case CROSS -> strokes(x, y, 45, 2, 1.15 * radius);
            case ASTERISK -> strokes(x, y, 90, 3, 1.15 * radius);
            case HEXAGRAM -> polygon(x, y, -90, 12, 1.35 * radius, 0.78 * radius);
            case STAR -> polygon(x, y, -90, 10, 1.5 * radius, 0.75 * radius);
        };
    }

    /** Corners all around, the first in the direction {@code degrees}, in turn at each of the radii. */
    private static Shape polygon(double x, double y, double degrees, int corners, double... radii) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < corners; i++) {
            double angle = Math.toRadians(degrees + 360.0 * i / corners), radius = radii[i % radii.length];
            double px = x + radius * Math.cos(angle), py = y + radius * Math.sin(angle);
            if (i == 0) path.moveTo(px, py);
            else path.lineTo(px, py);
        }
        path.closePath();
        return path;
    }

    private static Shape strokes(double x, double y, double degrees, int strokes, double radius) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < strokes; i++) {
            double angle = Math.toRadians(degrees + 180.0 * i / strokes), dx = radius * Math.cos(angle), dy = radius * Math.sin(angle);
            path.moveTo(x - dx, y - dy);
            path.lineTo(x + dx, y + dy);
        }
        return path;
    }
}
