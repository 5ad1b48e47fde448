package onebit.kit.notebook;

import onebit.model.Model;

/** A trained network: where it comes from, and its graph. */
final class ModelFacts {

    private ModelFacts() {}

    static String html(Model model) {
        return "<p>" + HtmlTable.escaped(line(model)) + "</p>" + NetworkTable.html(model.graph());
    }

    static String text(Model model) {
        return line(model) + "\n" + NetworkTable.summary(model.graph());
    }

    private static String line(Model model) {
        return "Model trained on " + model.dataset() + ": " + model.origin() + ".";
    }
}
