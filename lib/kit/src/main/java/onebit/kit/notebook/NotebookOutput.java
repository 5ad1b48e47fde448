package onebit.kit.notebook;

/** What a cell shows while it runs. To be used before the cell ends, by one thread at a time. */
public interface NotebookOutput {

    /** Shows a thing below what was shown before: a table, a chart, a picture, or anything else as its text. */
    void show(Object value);

    /** A place below what was shown before, whose content can be replaced. */
    Slot slot();

    /** Shows nothing until it is given something. */
    interface Slot {

        /** Replaces what is shown. Not more than ten times a second: a flood of output loses messages. */
        void show(Content content);
    }

    /**
     * @param html a fragment
     * @param text the same for readers without HTML: one line
     */
    record Content(String html, String text) {

        /** A sentence, on its own. */
        public static Content of(String sentence) {
            return new Content("<p>" + HtmlTable.escaped(sentence) + "</p>", sentence);
        }
    }
}
