package onebit.kit.figures;

import java.awt.Graphics2D;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;

/** Charts side by side and one below the other, with a heading over them. */
final class Page {

    private static final int MARGIN = 16;
    private static final double TITLE_SIZE = 20, TEXT_SIZE = 14, LINE = 1.4 * TEXT_SIZE;

    private Page() {}

    /**
     * @param text   under the title; is wrapped
     * @param across charts in a row, which are all of one size
     */
    static Figure of(String name, String title, String text, int across, List<? extends Chart<?, ?>> charts) {
        int cellWidth = charts.getFirst().getWidth(), cellHeight = charts.getFirst().getHeight();
        int width = across * cellWidth + 2 * MARGIN;
        int top = headingHeight(text, width);
        int height = top + (charts.size() + across - 1) / across * cellHeight + MARGIN;
        return new Figure(name, width, height, g -> {
            heading(g, title, text, width);
            for (int i = 0; i < charts.size(); i++) {
                Graphics2D cell = (Graphics2D) g.create();
                cell.translate(MARGIN + i % across * cellWidth, top + i / across * cellHeight);
                charts.get(i).paint(cell, cellWidth, cellHeight);
                cell.dispose();
            }
        });
    }

    /** Of title and text, with the space around them. */
    static int headingHeight(String text, int width) {
        return (int) Math.ceil(MARGIN + 1.3 * TITLE_SIZE + LINE * lines(text, width).size() + 0.9 * TEXT_SIZE);
    }

    static void heading(Graphics2D g, String title, String text, int width) {
        double y = MARGIN + TITLE_SIZE;
        Text.draw(g, title, Fonts.bold(TITLE_SIZE), Ink.TEXT, MARGIN + 8, y);
        y += 0.3 * TITLE_SIZE;
        for (String line : lines(text, width)) Text.draw(g, line, Fonts.plain(TEXT_SIZE), Ink.FAINT_TEXT, MARGIN + 8, y += LINE);
    }

    private static List<String> lines(String text, int width) {
        return Text.wrapped(text, Fonts.plain(TEXT_SIZE), width - 2 * (MARGIN + 8));
    }
}
