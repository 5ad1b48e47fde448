package onebit.kit.notebook;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import onebit.kit.results.Run;
import onebit.kit.results.WilsonInterval;
import onebit.run.EpochMetrics;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import onebit.train.TrainingOutcome;

/** Runs and how they ended, for people. */
final class RunFacts {

    private RunFacts() {}

    static Facts of(RunResult result) {
        return of(result, new Facts("Result of " + title(result.row())));
    }

    private static Facts of(RunResult result, Facts facts) {
        WilsonInterval interval = WilsonInterval.of(result.correct(), result.images());
        return facts
            .add("test accuracy", String.format(Locale.ROOT, "%.2f %% (%,d of %,d images right; 95 %% interval %.2f to %.2f %%)", result.accuracyPercent(),
                result.correct(), result.images(), interval.low(), interval.high()))
            .add("test loss", String.format(Locale.ROOT, "%.4f", result.testLoss()))
            .add("training accuracy", String.format(Locale.ROOT, "%.2f %% (augmented images of the last epoch)", result.trainAccuracyPercent()))
            .add("training loss", String.format(Locale.ROOT, "%.4f", result.trainLoss()))
            .add("trained", String.format(Locale.ROOT, "%d epochs of %,d images in %s, %.3g PFLOP", result.epochs(), result.trainImages(),
                duration(result.seconds()), result.pflops()));
    }

    static Facts of(RunFolder folder) {
        if (!folder.holdsRun()) return new Facts("No run has begun in " + folder.path() + ".");
        TrainingConfig config = folder.config();
        Facts facts = new Facts("Run of " + title(config.row()))
            .add("folder", folder.path().toString())
            .add("network", config.depth() + "-" + config.width() + " (depth and width)")
            .add("settings", config.epochs() + " epochs, batches of " + config.batchSize() + ", seed " + config.seed() + limits(config))
            .add("computed by", Run.computedBy(folder));
        Optional<RunResult> result = folder.result();
        if (result.isPresent()) return of(result.get(), facts);
        return facts.add("state", "not finished: " + progress(folder.metrics(), config.epochs()));
    }

    static Facts of(TrainingOutcome outcome) {
        return switch (outcome) {
            case TrainingOutcome.Finished f -> of(f.result());
            case TrainingOutcome.Stopped s -> new Facts("Stopped and saved in epoch " + s.at().epoch() + " after " + s.at().step()
                + " steps; run the cell again to go on.");
        };
    }

    private static String progress(List<EpochMetrics> epochs, int of) {
        String done = epochs.size() + " of " + of + " epochs";
        return epochs.isEmpty() ? done
            : done + String.format(Locale.ROOT, ", test accuracy so far %.2f %%", 100 * epochs.getLast().testAccuracy());
    }

    private static String limits(TrainingConfig config) {
        return (config.trainLimit() == 0 ? "" : String.format(Locale.ROOT, ", the first %,d training images only", config.trainLimit()))
            + (config.testLimit() == 0 ? "" : String.format(Locale.ROOT, ", the first %,d test images only", config.testLimit()));
    }

    private static String title(String row) {
        return Row.ALL.stream().filter(r -> r.id().equals(row)).findFirst().map(r -> row + " (" + r.title() + ")").orElse(row);
    }

    private static String duration(double seconds) {
        Duration d = Duration.ofSeconds(Math.round(seconds));
        if (d.toHours() > 0) return d.toHours() + " h " + d.toMinutesPart() + " min";
        return d.toMinutes() > 0 ? d.toMinutes() + " min " + d.toSecondsPart() + " s" : d.toSeconds() + " s";
    }
}
