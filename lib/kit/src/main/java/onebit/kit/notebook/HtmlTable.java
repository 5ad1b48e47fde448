package onebit.kit.notebook;

import java.util.List;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table in HTML: text to the left, numbers to the right. A long one scrolls within the notebook. Names are not broken at
 * their hyphens.
 */
final class HtmlTable {

    /** Rows beyond which a Tablesaw table is cut, so that a notebook stays a file that can be opened. */
    static final int MOST_ROWS = 1000;

    /** Characters of a word that keeps to one line. */
    private static final int LONGEST_NAME = 24;

    private static final String LEFT = "text-align:left", RIGHT = "text-align:right;font-variant-numeric:tabular-nums", NAME = ";white-space:nowrap";

    private final StringBuilder html = new StringBuilder("<div style=\"max-height:30em;max-width:100%;overflow:auto\"><table>");
    private final List<Boolean> numbers;

    /**
     * @param caption may be empty
     * @param header  the columns' names; empty for a table without
     * @param numbers for each column whether it holds numbers
     */
    HtmlTable(String caption, List<String> header, List<Boolean> numbers) {
        this.numbers = numbers;
        if (!caption.isEmpty()) html.append("<caption style=\"").append(LEFT).append("\">").append(escaped(caption)).append("</caption>");
        if (!header.isEmpty()) {
            html.append("<thead>");
            row("th", header);
            html.append("</thead>");
        }
        html.append("<tbody>");
    }

    HtmlTable row(List<String> cells) {
        row("td", cells);
        return this;
    }

    private void row(String element, List<String> cells) {
        html.append("<tr>");
        for (int i = 0; i < cells.size(); i++)
            html.append('<').append(element).append(" style=\"").append(numbers.get(i) ? RIGHT : LEFT).append(isName(cells.get(i)) ? NAME : "").append("\">")
                .append(escaped(cells.get(i))).append("</").append(element).append('>');
        html.append("</tr>");
    }

    private static boolean isName(String cell) {
        return cell.contains("-") && !cell.contains(" ") && cell.length() <= LONGEST_NAME;
    }

    String html() {
        return html + "</tbody></table></div>";
    }

    static String of(Table table) {
        List<Column<?>> columns = table.columns();
        int rows = table.rowCount();
        String caption = table.name() == null ? "" : table.name();
        if (rows > MOST_ROWS) caption += (caption.isEmpty() ? "" : ": ") + "the first " + MOST_ROWS + " of " + rows + " rows";
        HtmlTable html = new HtmlTable(caption, table.columnNames(), columns.stream().map(c -> c instanceof NumericColumn).toList());
        for (int i = 0; i < Math.min(rows, MOST_ROWS); i++) {
            int row = i;
            html.row(columns.stream().map(column -> column.isMissing(row) ? "" : column.getString(row)).toList());
        }
        return html.html();
    }

    /** A text as HTML shows it, between elements or in an attribute. */
    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
