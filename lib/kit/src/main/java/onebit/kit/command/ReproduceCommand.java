package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import onebit.data.Dataset;
import onebit.engine.Execution;
import onebit.kit.Installation;
import onebit.kit.RowRun;
import onebit.kit.TrainingReport;
import onebit.kit.engines.EngineChoice;
import onebit.kit.results.Results;
import onebit.published.PublishedFigures;
import onebit.run.RunFolder;
import onebit.run.UserError;
import onebit.train.Row;
import onebit.train.Trainer;
import onebit.train.TrainingConfig;
import onebit.train.TrainingOutcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "reproduce", description = "Train all rows, or those given, one after the other, and write the results. What was finished before is not trained again; "
    + "what was stopped goes on. Fails if a row was not run, after it has tried the others.")
public final class ReproduceCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "ROW", arity = "0..*", completionCandidates = Names.Rows.class, description = "Rows (default: all eight).")
    List<Row> rows = List.of();

    @Mixin
    RunSettings settings;

    @Mixin
    EngineOptions engine;

    @Mixin
    DataOption data;

    @Option(names = "--results", paramLabel = "DIR", description = "Where run folders and tables go (default: ONEBIT_RESULTS, or the project's results).")
    Path folder;

    /** The data set that was loaded last, and why others could not be; these are tried once. */
    private final Map<String, Dataset> loaded = new HashMap<>();
    private final Map<String, UserError> failed = new HashMap<>();
    /** How long each row took that was trained here from its beginning to its end. */
    private final List<Duration> took = new ArrayList<>();

    @Override
    public Integer call() {
        List<Row> wanted = rows.isEmpty() ? Row.ALL : rows.stream().distinct().toList();
        for (Row row : wanted) Usage.check(spec, settings.run(row, engine)::config);
        Installation installation = Installation.current();
        Results results = new Results(folder == null ? installation.results() : folder);
        int missing = 0;
        try (ProgressDisplay display = ProgressDisplay.of(spec); StopRequest stop = new StopRequest()) {
            boolean allFinished = wanted.stream().allMatch(row -> folder(row, results).isFinished());
            Optional<EngineChoice> choice = allFinished ? Optional.empty() : Optional.of(engine.choose(spec, display));
            RowAttempts attempts = new RowAttempts(results.notRun(), display, spec.commandLine().getOut(), spec.commandLine().getErr());
            for (int i = 0; i < wanted.size() && !stop.requested(); i++) {
                Row row = wanted.get(i);
                String place = (i + 1) + "/" + wanted.size() + " ";
                display.say("Row " + (i + 1) + " of " + wanted.size() + ": " + row.title() + left(wanted.subList(i, wanted.size()), results));
                if (!attempts.attempt(row, () -> run(row, place, results, choice, display, stop))) missing++;
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        Results.Written written = results.write(installation.readme(results.folder()));
        if (missing > 0) out.println(missing + " of " + wanted.size() + " rows were not run; see above.");
        ResultsCommand.print(spec, written);
        return missing == 0 ? 0 : 1;
    }

    /** How long the rows to come will take that are not finished, going by those that were trained. */
    private String left(List<Row> toCome, Results results) {
        if (took.isEmpty()) return "";
        long toTrain = toCome.stream().filter(row -> !folder(row, results).isFinished()).count();
        return "; all rows done in about " + TrainingReport.time(took.stream().reduce(Duration.ZERO, Duration::plus).dividedBy(took.size()).multipliedBy(toTrain));
    }

    private RunFolder folder(Row row, Results results) {
        return new RunFolder(results.runs().resolve(settings.run(row, engine).folderName()));
    }

    /**
     * Whether the row is finished.
     *
     * @param engineOfRows there if a row is not
     */
    private boolean run(Row row, String place, Results results, Optional<EngineChoice> engineOfRows, ProgressDisplay display, StopRequest stop) {
        RowRun asked = settings.run(row, engine);
        RunFolder folder = folder(row, results);
        Optional<TrainingOutcome.Finished> before = Trainer.finished(asked.config(), folder);
        if (before.isPresent()) {
            print(row, folder, before.get());
            return true;
        }
        EngineChoice chosen = engineOfRows.orElseThrow();
        Optional<TrainingConfig> begun = folder.unfinished();
        Optional<Execution> otherwise = begun.map(TrainingConfig::execution).filter(by -> !by.equals(chosen.execution()));
        EngineChoice choice = otherwise.isEmpty() ? chosen : engine.choose(spec, display, otherwise);
        TrainingConfig config = asked.config(choice.execution());
        Trainer trainer = new Trainer(config, data(row, display), choice.engine(), choice.threads());
        return stop.during(() -> train(trainer, row, folder, new TrainingDisplay(display, place + row.id(), config.epochs(), stop), display));
    }

    private boolean train(Trainer trainer, Row row, RunFolder run, TrainingDisplay training, ProgressDisplay display) {
        boolean begunBefore = run.holdsRun();
        long start = System.nanoTime();
        TrainingOutcome outcome = trainer.train(run, true, training);
        display.end();
        return switch (outcome) {
            case TrainingOutcome.Finished finished -> {
                if (!begunBefore) took.add(Duration.ofNanos(System.nanoTime() - start));
                print(row, run, finished);
                yield true;
            }
            case TrainingOutcome.Stopped stopped -> {
                display.say("Stopped and saved in " + run.path() + "; the same command goes on.");
                yield false;
            }
        };
    }

    private void print(Row row, RunFolder folder, TrainingOutcome.Finished finished) {
        TrainingConfig config = folder.config();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s: %.2f %% at %d-%d, epochs %d; published %.2f %% at 20-10, epochs %d%s%n", row.id(),
            finished.result().accuracyPercent(), config.depth(), config.width(), config.epochs(),
            PublishedFigures.result(row.id()).readmeAccuracyPercent(), row.paperEpochs(), finished.before() ? " (finished before)" : "");
        out.flush();
    }

    private Dataset data(Row row, ProgressDisplay display) {
        if (failed.get(row.dataset()) instanceof UserError e) throw e;
        loaded.keySet().retainAll(Set.of(row.dataset())); // two at a time take a third of a gigabyte
        return loaded.computeIfAbsent(row.dataset(), name -> {
            try {
                return data.load(name, display);
            } catch (UserError e) {
                failed.put(name, e);
                throw e;
            }
        });
    }
}
