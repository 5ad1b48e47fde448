package onebit.kit.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import onebit.run.EpochMetrics;
import onebit.run.Json;
import onebit.run.Machine;
import onebit.run.Provenance;
import onebit.run.RunResult;
import onebit.run.Software;
import onebit.train.TrainingConfig;

/** Run folders as runs leave them, as far as tables and figures read them, with figures that a test chooses. */
public record RunFixture(Path results) {

    /** A run that ended with so many of 10,000 test images right. */
    public void finished(String name, TrainingConfig config, int correct) {
        RunResult result = new RunResult(config.row(), 10_000, correct, correct / 100.0, 1, 50, 1, config.epochs(), 50_000, 61.25, 0.5 * config.width() * config.epochs());
        unfinished(name, config);
        write(name, "metrics.csv", metrics(config, correct / 10_000.0));
        write(name, "result.json", Json.text(result));
    }

    /** The same, computed by these engines, one after the other. */
    public void finished(String name, TrainingConfig config, int correct, String... engines) {
        finished(name, config, correct);
        unfinished(name, config, engines);
    }

    /** A run whose first epoch has not ended. */
    public void unfinished(String name, TrainingConfig config) {
        unfinished(name, config, "cpu");
    }

    /** The same, computed by these engines, one after the other. */
    public void unfinished(String name, TrainingConfig config, String... engines) {
        List<Provenance.Session> sessions = Stream.of(engines).map(e -> new Provenance.Session("2026-01-31T23:00:00Z", "2026-02-01T01:00:00Z", 7200, "", "", e,
            "direct; 2 threads", Software.running(), Machine.here())).toList();
        write(name, "config.json", Json.text(config));
        write(name, "provenance.json", Json.text(new Provenance(Map.of(), config.seed(), 1, 1, 1, sessions)));
    }

    /** Accuracy rises to the last one as the learning rate falls, from lower down the higher the rate. */
    private static String metrics(TrainingConfig config, double accuracy) {
        StringBuilder lines = new StringBuilder(EpochMetrics.HEADER).append('\n');
        for (int epoch = 1; epoch <= config.epochs(); epoch++) {
            double rate = config.schedule().rateAtEnd(epoch, 400), reached = 1 - Math.exp(-3.0 * epoch / config.epochs() - 0.5);
            double test = epoch == config.epochs() ? accuracy : accuracy * reached * (1 - 2 * rate);
            lines.append(epoch).append(',').append(rate).append(",1,1,").append(test).append(",1,").append(test).append(",60,5,800\n");
        }
        return lines.toString();
    }

    public void write(String run, String file, String text) {
        Path path = results.resolve("runs").resolve(run).resolve(file);
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void delete(String run) {
        try (Stream<Path> files = Files.walk(results.resolve("runs").resolve(run))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The runs as tables and figures find them. */
    public List<Run> runs() {
        return RunFolders.in(results.resolve("runs")).finished();
    }
}
