package onebit.kit.notebook;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import onebit.data.CifarSet;
import onebit.data.Dataset;
import onebit.kit.RowRun;
import onebit.kit.analysis.ClassAccuracy;
import onebit.kit.analysis.Predictions;
import onebit.kit.engines.EngineChoice;
import onebit.kit.figures.CurvesFigure;
import onebit.kit.figures.ScheduleFigure;
import onebit.kit.figures.TrainingFigure;
import onebit.kit.results.Run;
import onebit.kit.results.RunFolders;
import onebit.model.Graph;
import onebit.run.RunFolder;
import onebit.run.UserError;
import onebit.train.Row;
import onebit.train.Trainer;
import onebit.train.TrainingConfig;
import onebit.train.TrainingOutcome;
import org.knowm.xchart.XYChart;
import tech.tablesaw.api.Table;

/**
 * The notebook of a row of the results table: each method is a cell. What needs the trained network says so, where there is
 * none yet; where its data cannot be had it says {@code not run:} and why (of a finished run {@code not shown:}), and the notebook
 * goes on.
 *
 * <pre>{@code
 *   var row = RowNotebook.of("cifar10-full-bn");
 *   row.train();
 * }</pre>
 */
public final class RowNotebook {

    private static final int CLASS_ROWS = 20, MISTAKES = 24, MISTAKES_A_LINE = 6;

    private final NotebookSession session;
    private final Row row;
    private final RowRun asked;
    private Optional<Predictions> predictions = Optional.empty();

    RowNotebook(NotebookSession session, Row row) {
        this.session = session;
        this.row = row;
        asked = session.settings().run(row);
    }

    /** @throws UserError if there is no such row, or an environment variable has a value that is none */
    public static RowNotebook of(String row) {
        return NotebookSession.inWords(() -> new RowNotebook(NotebookSession.ofKernel(), Row.of(row)));
    }

    /** What is set, and by which environment variables. */
    public Table settings() {
        return session.settings().table();
    }

    /** What the run is, what it takes, and what the authors' took. */
    public Table cost() {
        return NotebookSession.inWords(() -> RunCost.table(config(), network(), session.engine(), RunFolders.in(session.results().runs()).finished()));
    }

    /** The network that is trained. */
    public Graph network() {
        CifarSet set = CifarSet.named(row.dataset());
        return asked.config().graph(CifarSet.SHAPE, set.classNames().size());
    }

    /** The learning rate of the run, by epoch. */
    public XYChart schedule() {
        return NotebookSession.inWords(() -> ScheduleFigure.chart(row, asked.config().epochs()));
    }

    /** Where the run is kept. */
    public RunFolder folder() {
        return new RunFolder(session.results().runs().resolve(asked.folderName()));
    }

    /**
     * Trains, or goes on where the run was stopped; a finished one is left as it is. Interrupting the kernel stops it and
     * loses nothing.
     */
    public void train() {
        NotebookSession.inWords(() -> {
            Optional<TrainingOutcome.Finished> before = Trainer.finished(asked.config(), folder());
            before.ifPresent(run -> LiveTraining.show(folder().config(), run, session.output()));
            if (before.isPresent() || trainToTheEnd()) session.results().notRun().forget(row.id());
        });
    }

    /** Trains, and says whether the run has come to its end. */
    private boolean trainToTheEnd() {
        Optional<TrainingConfig> begun = folder().unfinished();
        EngineChoice choice = begun.map(run -> session.engine(run.execution())).orElseGet(() -> session.engine());
        TrainingConfig config = asked.config(choice.execution());
        Optional<Dataset> dataset = dataset(this::notRun);
        if (dataset.isEmpty()) return false;
        Trainer trainer = new Trainer(config, dataset.get(), choice.engine(), choice.threads());
        Predictions.Collector outputs = new Predictions.Collector(trainer.dataset().test(), trainer.dataset().classNames());
        Optional<TrainingOutcome> outcome = LiveTraining.train(trainer, folder(), outputs, session.output(), new LiveChart(config, session.settings().watched()));
        if (outcome.isEmpty() || !(outcome.get() instanceof TrainingOutcome.Finished)) return false;
        predictions = outputs.predictions();
        return true;
    }

    /** The run's accuracy by epoch over the authors'. */
    public void curve() {
        NotebookSession.inWords(() -> {
            if (isEmpty()) return;
            RunFolder folder = folder();
            session.output().show(folder.result().<Object>map(result -> CurvesFigure.figure(row, List.of(Run.of(folder, result))))
                .orElseGet(() -> TrainingFigure.chart(folder.config(), folder.metrics(), List.of())));
        });
    }

    /** The trained network's accuracy, class by class. */
    public void classes() {
        NotebookSession.inWords(() -> predictions().ifPresent(p -> {
            List<ClassAccuracy> classes = p.byClass();
            String which = classes.size() > CLASS_ROWS ? ": the best and the worst of " + classes.size() + " classes" : ", class by class";
            session.output().show(ClassAccuracy.table("Test images" + which, ClassAccuracy.bestAndWorst(classes, CLASS_ROWS)));
        }));
    }

    /** The run's accuracy beside the published one, with 95 % intervals, and what the two say together. */
    public void comparison() {
        NotebookSession.inWords(() -> {
            if (isUnfinished()) return;
            Comparison comparison = Comparison.of(folder());
            session.output().show(comparison.table());
            session.output().slot().show(NotebookOutput.Content.of(comparison.sentence()));
        });
    }

    /** The test images that the network is most wrong about. */
    public void mistakes() {
        NotebookSession.inWords(() -> predictions().ifPresent(p -> session.output().show(p.mistakes(MISTAKES, MISTAKES_A_LINE).picture())));
    }

    private TrainingConfig config() {
        EngineChoice choice = session.engine();
        return asked.config(choice.execution());
    }

    /** @param missing is told why it cannot be had */
    private Optional<Dataset> dataset(Consumer<String> missing) {
        try {
            return Optional.of(session.dataset(row.dataset()));
        } catch (UserError e) {
            missing.accept(e.getMessage());
            return Optional.empty();
        }
    }

    private void notRun(String reason) {
        session.notRun(reason);
        if (!Thread.currentThread().isInterrupted()) session.results().notRun().note(row.id(), reason);
    }

    /** Says so if there is no epoch yet. */
    private boolean isEmpty() {
        if (!folder().metrics().isEmpty()) return false;
        session.notRun("this run has no epoch yet; the cell that trains comes first.");
        return true;
    }

    /** Says so if the run is not at its end. */
    private boolean isUnfinished() {
        RunFolder folder = folder();
        if (folder.holdsRun() && folder.result().isPresent()) return false;
        session.notRun(folder.holdsRun() ? "the run has done " + folder.metrics().size() + " of " + folder.config().epochs()
            + " epochs" + (folder.hasLostCheckpoint() ? ", and its checkpoint is gone; the cell that trains says what to do." : "; the cell that trains goes on with it.") : "there is no run yet; the cell that trains comes first.");
        return true;
    }

    private Optional<Predictions> predictions() {
        if (isUnfinished()) return Optional.empty();
        if (predictions.isEmpty()) {
            predictions = dataset(session::notShown).map(whole -> config().part(whole)).map(part -> Predictions.of(folder().model(), part.test(), part.classNames(),
                session.engine().engine(), session.engine().inference().withAlgorithm(config().algorithm()), session.progress()));
        }
        return predictions;
    }
}
