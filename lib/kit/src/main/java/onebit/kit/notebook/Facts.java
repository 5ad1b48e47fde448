package onebit.kit.notebook;

import java.util.ArrayList;
import java.util.List;

/** Names and values under a title, as a table or a text. */
record Facts(String title, List<Fact> facts) {

    record Fact(String name, String value) {}

    Facts(String title) {
        this(title, new ArrayList<>());
    }

    Facts add(String name, String value) {
        facts.add(new Fact(name, value));
        return this;
    }

    String html() {
        HtmlTable table = new HtmlTable(title, List.of(), List.of(false, false));
        for (Fact fact : facts) table.row(List.of(fact.name(), fact.value()));
        return table.html();
    }

    String text() {
        StringBuilder text = new StringBuilder(title);
        for (Fact fact : facts) text.append('\n').append(fact.name()).append(": ").append(fact.value());
        return text.toString();
    }
}
