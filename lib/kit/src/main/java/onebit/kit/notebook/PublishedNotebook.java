package onebit.kit.notebook;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import onebit.data.Split;
import onebit.kit.engines.EngineChoice;
import onebit.kit.figures.WeightFigure;
import onebit.kit.results.WilsonInterval;
import onebit.model.Model;
import onebit.model.Node;
import onebit.published.MatModel;
import onebit.published.PublishedModel;
import onebit.published.PublishedModels;
import onebit.run.UserError;
import onebit.train.Evaluation;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** The notebook of the five models that the authors published: each method is a cell. */
public final class PublishedNotebook {

    /** Small, so that the last batch of a part of the images is nearly full: it takes as long as the others. */
    private static final int BATCH_SIZE = 50;

    private final NotebookSession session;
    private final Map<PublishedModel, Evaluation> scores = new LinkedHashMap<>();
    private Optional<Map<PublishedModel, Path>> files = Optional.empty();

    PublishedNotebook(NotebookSession session) {
        this.session = session;
    }

    /** @throws UserError if an environment variable has a value that is none */
    public static PublishedNotebook open() {
        return new PublishedNotebook(NotebookSession.ofKernel());
    }

    /** What is set, and by which environment variables. */
    public Table settings() {
        return session.settings().table();
    }

    /** Gets the models, verified: fetched where they are not here yet. Shows what each takes with one bit a weight, and would take in float32. */
    public void sizes() {
        NotebookSession.inWords(() -> files().ifPresent(found -> {
            StringColumn model = StringColumn.create("Model");
            IntColumn weights = IntColumn.create("Weights");
            DoubleColumn bits = DoubleColumn.create("One bit each, MB"), file = DoubleColumn.create("File of the authors, MB"), floats = DoubleColumn.create("float32, MB");
            found.forEach((published, path) -> {
                int count = MatModel.read(path).graph().convolutions().stream().mapToInt(Node.Conv::weights).sum();
                model.append(published.title());
                weights.append(count);
                bits.append(count / 8e6);
                file.append(published.bytes() / 1e6);
                floats.append(count * 4 / 1e6);
            });
            weights.setPrintFormatter(NumberColumnFormatter.intsWithGrouping());
            session.output().show(Table.create("", model, weights, hundredths(bits), hundredths(file), hundredths(floats)));
        }));
    }

    /** Tests the models on so many test images as the settings say. Interrupted, it shows those that were tested, and goes on with the others when it is called again. */
    public void scores() {
        NotebookSession.inWords(() -> files().ifPresent(found -> {
            try {
                found.forEach((which, path) -> {
                    if (!scores.containsKey(which)) score(which, path).ifPresent(score -> scores.put(which, score));
                });
            } finally {
                if (!scores.isEmpty()) session.output().show(scoreTable());
            }
        }));
    }

    private Table scoreTable() {
        StringColumn model = StringColumn.create("Model");
        DoubleColumn published = DoubleColumn.create("Published, %"), here = DoubleColumn.create("Here, %");
        DoubleColumn low = DoubleColumn.create("95 % interval from, %"), high = DoubleColumn.create("to, %");
        IntColumn images = IntColumn.create("Test images"), right = IntColumn.create("Right");
        scores.forEach((which, score) -> {
            WilsonInterval interval = WilsonInterval.of(score.correct(), score.images());
            model.append(which.title());
            published.append(which.accuracyPercent());
            here.append(score.accuracyPercent());
            low.append(interval.low());
            high.append(interval.high());
            images.append(score.images());
            right.append(score.correct());
        });
        return Table.create("", model, hundredths(published), hundredths(here), hundredths(low), hundredths(high), images, right);
    }

    /** The weights of a layer in the middle of the first model: two values; and a bell, with which this kit begins. */
    public void weights() {
        NotebookSession.inWords(() -> files().ifPresent(found -> session.output().show(WeightFigure.chart(MatModel.read(found.values().iterator().next())))));
    }

    private Optional<Evaluation> score(PublishedModel which, Path path) {
        Split images;
        try {
            images = session.dataset(which.dataset()).test();
        } catch (UserError e) {
            session.notRun(which.title() + ": " + e.getMessage());
            return Optional.empty();
        }
        int limit = session.settings().publishedLimit();
        if (limit > 0) images = images.first(limit);
        Model model = MatModel.read(path);
        EngineChoice choice = session.engine();
        NotebookProgress progress = new NotebookProgress(session.output());
        int all = images.count();
        return Optional.of(Evaluation.of(model, images, choice.engine(), choice.inference().withBatchSize(BATCH_SIZE), Optional.empty(), (soFar, batches, of) -> {
            progress.update("Testing " + which.title(), soFar.images(), all, "images");
            return !Thread.currentThread().isInterrupted();
        }).orElseThrow(() -> new UserError("The test was interrupted. Run this cell again: it goes on with the models that are left.")));
    }

    private Optional<Map<PublishedModel, Path>> files() {
        if (files.isEmpty()) {
            try {
                files = Optional.of(PublishedModels.ofUser().fetch(session.settings().published(), session.progress()));
            } catch (UserError e) {
                session.notRun(e.getMessage());
            }
        }
        return files;
    }

    private static DoubleColumn hundredths(DoubleColumn column) {
        column.setPrintFormatter(NumberColumnFormatter.fixedWithGrouping(2));
        return column;
    }
}
