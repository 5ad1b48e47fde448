package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import onebit.data.Dataset;
import onebit.kit.Installation;
import onebit.kit.RowRun;
import onebit.kit.engines.EngineChoice;
import onebit.kit.results.Results;
import onebit.kit.results.Run;
import onebit.kit.results.RunFolders;
import onebit.published.PublishedFigures;
import onebit.run.RunFolder;
import onebit.run.RunResult;
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

@Command(name = "train", description = "Train a row of the table. A run that was stopped or killed goes on with --resume.")
public final class TrainCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "ROW", completionCandidates = Names.Rows.class, description = "One of the rows that 'onebit rows' lists.")
    Row row;

    @Mixin
    RunSettings settings;

    @Mixin
    EngineOptions engine;

    @Mixin
    DataOption data;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: results/runs/ROW-PROFILE-seedN, with what differs from the profile in its name).")
    Path run;

    @Option(names = "--resume", description = "Go on with the run in the folder, if there is one: by the engine, on the device and "
        + "at the precision that it was begun with, where no other is given; always by its algorithm. Without --run, a run of the same settings that was begun by another engine counts too.")
    boolean resume;

    @Override
    public Integer call() {
        RowRun asked = settings.run(row, engine);
        Usage.check(spec, asked::config);
        RunFolder folder = run == null ? folder(asked) : new RunFolder(run);
        Optional<TrainingOutcome.Finished> before = resume ? Trainer.finished(asked.config(), folder) : Optional.empty();
        if (before.isPresent()) {
            print(before.get(), folder);
            return 0;
        }
        Optional<TrainingConfig> begun = resume ? folder.unfinished() : Optional.empty();
        try (ProgressDisplay display = ProgressDisplay.of(spec); StopRequest stop = new StopRequest()) {
            if (run == null && !folder.path().endsWith(asked.folderName())) display.say("Goes on with the run in " + folder.path() + ".");
            EngineChoice choice = engine.choose(spec, display, begun.map(TrainingConfig::execution));
            TrainingConfig config = asked.config(choice.execution());
            folder.check(config, resume); // before data is fetched
            Dataset dataset = data.load(row.dataset(), display);
            Trainer trainer = new Trainer(config, dataset, choice.engine(), choice.threads());
            return stop.during(() -> train(trainer, folder, new TrainingDisplay(display, row.id(), trainer.config().epochs(), stop), display));
        }
    }

    /** Where none was given: the folder of the run's name; or, to go on with, the one where the same run was begun by another engine. */
    private RunFolder folder(RowRun asked) {
        Path runs = new Results(Installation.current().results()).runs();
        RunFolder own = new RunFolder(runs.resolve(asked.folderName()));
        if (!resume || own.holdsRun()) return own;
        List<RunFolder> others = RunFolders.unfinished(runs, asked.config());
        if (others.size() > 1)
            throw new UserError("There are " + others.size() + " unfinished runs that this could go on with: "
                + others.stream().map(f -> f.path().toString()).collect(Collectors.joining(", ")) + ". Choose one of them by --run.");
        return others.isEmpty() ? own : others.getFirst();
    }

    private int train(Trainer trainer, RunFolder folder, TrainingDisplay training, ProgressDisplay display) {
        TrainingOutcome outcome = trainer.train(folder, resume, training);
        display.end();
        return switch (outcome) {
            case TrainingOutcome.Finished finished -> {
                print(finished, folder);
                yield 0;
            }
            case TrainingOutcome.Stopped stopped -> {
                display.say("Stopped and saved in " + folder.path() + "; the same command with --resume goes on.");
                yield 1;
            }
        };
    }

    private void print(TrainingOutcome.Finished finished, RunFolder folder) {
        TrainingConfig config = folder.config();
        RunResult result = finished.result();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s: %.2f %% of %,d test images right at %d-%d, epochs %d, seed %d, %s%s%n", row.id(), result.accuracyPercent(),
            result.images(), config.depth(), config.width(), config.epochs(), config.seed(), Run.of(folder, result).computedBy(),
            finished.before() ? " (finished before)" : "");
        out.printf(Locale.ROOT, "Published: %.2f %% at 20-10, epochs %d%n", PublishedFigures.result(row.id()).readmeAccuracyPercent(), row.paperEpochs());
        out.println("Run folder: " + folder.path());
        out.flush();
    }
}
