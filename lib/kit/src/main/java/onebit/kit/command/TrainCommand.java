package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import onebit.data.Dataset;
import onebit.data.PublishedFigures;
import onebit.engine.Execution;
import onebit.kit.Installation;
import onebit.kit.RowRun;
import onebit.kit.engines.EngineChoice;
import onebit.kit.results.Results;
import onebit.kit.results.Run;
import onebit.run.RunFolder;
import onebit.run.RunResult;
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

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: results/runs/ROW-PROFILE-seedN).")
    Path run;

    @Option(names = "--resume", description = "Go on with the run in the folder, if there is one.")
    boolean resume;

    @Override
    public Integer call() {
        RowRun asked = settings.run(row, engine);
        Usage.check(spec, asked::check);
        RunFolder folder = new RunFolder(run != null ? run : new Results(Installation.current().results()).runs().resolve(asked.folderName()));
        try (ProgressDisplay display = ProgressDisplay.of(spec); StopRequest stop = new StopRequest()) {
            EngineChoice choice = engine.choose(spec, display, resume ? begunBy(folder) : Optional.empty());
            TrainingConfig config = asked.config(choice.execution());
            folder.check(config, resume); // before data is fetched
            Dataset dataset = data.load(row.dataset(), display);
            Trainer trainer = new Trainer(config, dataset, choice.engine(), choice.threads());
            return stop.during(() -> train(trainer, folder, new TrainingDisplay(display, row.id(), config.epochs(), stop), display));
        }
    }

    private int train(Trainer trainer, RunFolder folder, TrainingDisplay training, ProgressDisplay display) {
        TrainingOutcome outcome = trainer.train(folder, resume, training);
        display.end();
        return switch (outcome) {
            case TrainingOutcome.Finished finished -> {
                print(finished, trainer.config(), folder);
                yield 0;
            }
            case TrainingOutcome.Stopped stopped -> {
                display.say("Stopped and saved in " + folder.path() + "; the same command with --resume goes on.");
                yield 1;
            }
        };
    }

    /** By what an unfinished run in the folder was begun. */
    private static Optional<Execution> begunBy(RunFolder folder) {
        return folder.holdsRun() && folder.result().isEmpty() ? Optional.of(folder.config().execution()) : Optional.empty();
    }

    private void print(TrainingOutcome.Finished finished, TrainingConfig config, RunFolder folder) {
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
