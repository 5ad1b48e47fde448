package onebit.kit.figures;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * A table as in a printed paper: a caption, few rules, names on the left and figures centred under their titles.
 *
 * @param titles of the columns
 */
record TypesetTable(String caption, List<String> titles, List<Line> lines) {

    private static final double SIZE = 14, LINE_HEIGHT = 24, COLUMN_GAP = 26, INDENT = 10;

    /** A line of the table. */
    sealed interface Line {

        /** As many cells as there are columns; an empty one is shown as a dash. */
        record Cells(List<String> cells, Look look) implements Line {}

        /** Across all columns, under a rule. */
        record Heading(String text) implements Line {}
    }

    enum Look { PLAIN, BOLD, OURS }

    double height() {
        return LINE_HEIGHT * (2.4 + lines.size()) + 6;
    }

    double width() {
        double width = 2 * INDENT - COLUMN_GAP;
        for (double column : columnWidths()) width += column + COLUMN_GAP;
        return width;
    }

    void draw(Graphics2D g, double x, double y, double width) {
        List<Double> columns = columnWidths();
        double spare = Math.max(0, width - width());
        columns.set(0, columns.getFirst() + spare);
        Text.draw(g, caption, Fonts.bold(SIZE + 1), Ink.TEXT, x, y + 0.7 * LINE_HEIGHT);
        y += 1.2 * LINE_HEIGHT;
        rule(g, x, y, width, 2);
        cells(g, titles, Look.BOLD, columns, x, y);
        y += LINE_HEIGHT;
        rule(g, x, y, width, 1);
        for (Line line : lines) {
            switch (line) {
                case Line.Cells(List<String> cells, Look look) -> cells(g, cells, look, columns, x, y);
                case Line.Heading(String text) -> {
                    paper(g, x, y, width);
                    rule(g, x, y, width, 1);
                    Text.draw(g, text, Fonts.bold(SIZE), Ink.OURS, x + INDENT, baseline(y));
                }
            }
            y += LINE_HEIGHT;
        }
        rule(g, x, y, width, 2);
    }

    private void cells(Graphics2D g, List<String> cells, Look look, List<Double> columns, double x, double y) {
        double width = 2 * INDENT - COLUMN_GAP;
        for (double column : columns) width += column + COLUMN_GAP;
        if (look == Look.OURS) paper(g, x, y, width);
        Font font = look == Look.BOLD ? Fonts.bold(SIZE) : Fonts.plain(SIZE);
        double left = x + INDENT;
        for (int i = 0; i < cells.size(); i++) {
            String text = cells.get(i).isEmpty() ? "–" : cells.get(i);
            double offset = i == 0 ? 0 : (columns.get(i) - Text.width(text, font)) / 2;
            if (i == 0 && look == Look.OURS) {
                g.setColor(Ink.OURS);
                g.fill(Glyph.STAR.at(left + 6, y + LINE_HEIGHT / 2, 5));
                offset = 20;
            }
            Text.draw(g, text, font, Ink.TEXT, left + offset, baseline(y));
            left += columns.get(i) + COLUMN_GAP;
        }
    }

    private static double baseline(double y) {
        return y + LINE_HEIGHT / 2 + 0.36 * SIZE;
    }

    private static void paper(Graphics2D g, double x, double y, double width) {
        g.setColor(Ink.OURS_PAPER);
        g.fill(new Rectangle2D.Double(x, y, width, LINE_HEIGHT));
    }

    private static void rule(Graphics2D g, double x, double y, double width, double thickness) {
        g.setColor(Ink.RULE);
        g.setStroke(Ink.line(thickness));
        g.draw(new Line2D.Double(x, y, x + width, y));
    }

    private List<Double> columnWidths() {
        List<Double> widths = new ArrayList<>();
        for (int i = 0; i < titles.size(); i++) {
            double width = Text.width(titles.get(i), Fonts.bold(SIZE));
            for (Line line : lines)
                if (line instanceof Line.Cells(List<String> cells, Look look))
                    width = Math.max(width, Text.width(cells.get(i), look == Look.BOLD ? Fonts.bold(SIZE) : Fonts.plain(SIZE)) + (look == Look.OURS && i == 0 ? 20 : 0));
            widths.add(width);
        }
        return widths;
    }
}
