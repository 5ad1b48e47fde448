package onebit.kit.notebook;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.kit.TrainingReport;
import onebit.kit.figures.TrainingFigure;
import onebit.run.EpochMetrics;
import onebit.train.TrainingConfig;

/**
 * A run as it is now: a line of figures, and its accuracy so far over the authors'. The chart of one that nobody watches is
 * drawn after each epoch only, which leaves more of the processor to training. One thread may draw while another asks for
 * {@link #stopping}.
 */
class LiveChart {

    private final TrainingConfig config;
    private final boolean watched;
    private int epochsDrawn;
    /** Of the content made last; no chart before the first step. */
    private volatile String image = "";

    LiveChart(TrainingConfig config, boolean watched) {
        this.config = config;
        this.watched = watched;
    }

    boolean isWatched() {
        return watched;
    }

    /** While the run goes on. */
    NotebookOutput.Content at(TrainingHistory.Moment moment) {
        String bar = String.format(Locale.ROOT, "<progress max=\"1\" value=\"%.3f\"></progress> ", moment.progress().map(TrainingReport::part).orElse(0.0));
        if (watched || moment.epochs().size() > epochsDrawn) draw(moment);
        return content(bar, line(Stream.of(state(moment)), figures(moment.epochs()).stream()));
    }

    /** @param sentence how it ended */
    NotebookOutput.Content ended(TrainingHistory.Moment moment, String sentence) {
        draw(moment);
        return content("", line(figures(moment.epochs()).stream(), Stream.of(sentence)));
    }

    /** The chart that was made last, at once. */
    NotebookOutput.Content stopping() {
        return content("", line(Stream.of(), Stream.of("stopping; what has been trained is saved. Run this cell again to go on.")));
    }

    private NotebookOutput.Content content(String bar, String line) {
        return new NotebookOutput.Content("<p style=\"margin:0;font-variant-numeric:tabular-nums\">" + bar + HtmlTable.escaped(line) + "</p>" + image, line);
    }

    private void draw(TrainingHistory.Moment moment) {
        if (!moment.running().isEmpty() || !moment.epochs().isEmpty()) image = chart(moment);
        epochsDrawn = moment.epochs().size();
    }

    /** Training goes on where no chart can be drawn: Java says with an {@code Error} that a library of the system is missing. */
    private String chart(TrainingHistory.Moment moment) {
        try {
            Rendering.Picture picture = Pictures.ofChart(TrainingFigure.chart(config, moment.epochs(), moment.running()));
            return "<img alt=\"Accuracy by epoch, over the authors'\" style=\"max-width:100%\" width=\"" + picture.width() + "\" src=\"data:image/png;base64,"
                + picture.base64() + "\">";
        } catch (RuntimeException | LinkageError e) {
            return "<p>No chart: " + HtmlTable.escaped(Rendering.reason(e)) + "</p>";
        }
    }

    private String line(Stream<String> first, Stream<String> second) {
        return config.row() + ": " + Stream.concat(first, second).collect(Collectors.joining("; "));
    }

    private static String state(TrainingHistory.Moment moment) {
        return moment.progress().map(TrainingReport::line).orElse(moment.network().isEmpty() ? "making the network ready" : "ready: " + moment.network());
    }

    private static Optional<String> figures(List<EpochMetrics> epochs) {
        if (epochs.isEmpty()) return Optional.empty();
        EpochMetrics last = epochs.getLast();
        return Optional.of(String.format(Locale.ROOT, "test accuracy %.2f %% after epoch %d", 100 * last.testAccuracy(), last.epoch()));
    }
}
