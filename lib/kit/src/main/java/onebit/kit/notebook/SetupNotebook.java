package onebit.kit.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import onebit.data.Dataset;
import onebit.data.ShiftFlipCutout;
import onebit.data.Split;
import onebit.engine.Engine;
import onebit.kit.analysis.ImageGrid;
import onebit.kit.engines.EngineCandidate;
import onebit.run.UserError;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The notebook that looks at the machine and the data: each method is a cell. */
public final class SetupNotebook {

    private static final int CLASSES = 10, IMAGES_OF_EACH = 8, AUGMENTED = 6, VARIANTS = 7;

    private final NotebookSession session;

    SetupNotebook(NotebookSession session) {
        this.session = session;
    }

    /** @throws UserError if an environment variable has a value that is none */
    public static SetupNotebook open() {
        return new SetupNotebook(NotebookSession.ofKernel());
    }

    /** What is set, and by which environment variables. */
    public Table settings() {
        return session.settings().table();
    }

    /** What this machine can run, at which precision; what not, and why. */
    public Table engines() {
        return NotebookSession.inWords(() -> {
            StringColumn engine = StringColumn.create("Engine"), device = StringColumn.create("Device"), precision = StringColumn.create("Precision"), here = StringColumn.create("Here"), note = StringColumn.create("On what, or why not");
            for (EngineCandidate candidate : session.engines().candidates())
                for (Engine.Mode mode : candidate.modes()) {
                    engine.append(candidate.name());
                    device.append(mode.device().label());
                    precision.append(mode.precision().label());
                    here.append(!mode.available() ? "no" : candidate.automatic(mode.device()) ? "yes" : "if asked for by name");
                    note.append(mode.note());
                }
            return Table.create(Runtime.getRuntime().availableProcessors() + " processors; what comes first is what auto takes", engine, device, precision, here, note);
        });
    }

    /** Gets a data set, verified: fetched where it is not here yet. */
    public void data(String name) {
        withData(name, dataset -> session.output().slot().show(NotebookOutput.Content.of(dataset.title() + String.format(Locale.ROOT, ": %,d images of %s to train on, %,d to test, ", dataset.train().count(), dataset.shape(),
            dataset.test().count()) + dataset.classes() + " classes; from " + dataset.source())));
    }

    /** The first images of ten classes. */
    public void images(String name) {
        withData(name, dataset -> session.output().show(ImageGrid.ofClasses(dataset.train(), dataset.classNames(), CLASSES, IMAGES_OF_EACH).picture()));
    }

    /** Images as they are, and as the network sees them in its first epochs. */
    public void augmentation(String name) {
        withData(name, dataset -> session.output().show(augmented(dataset.train(), session.settings().seed()).picture()));
    }

    private static ImageGrid augmented(Split images, long seed) {
        ShiftFlipCutout augmentation = new ShiftFlipCutout();
        List<ImageGrid.Line> lines = new ArrayList<>();
        for (int image = 0; image < Math.min(AUGMENTED, images.count()); image++) {
            List<ImageGrid.Tile> tiles = new ArrayList<>(List.of(ImageGrid.Tile.of(images, image, image == 0 ? new String[] {"as it is"} : new String[0])));
            for (int epoch = 1; epoch <= VARIANTS; epoch++) {
                float[] variant = new float[images.shape().size()];
                augmentation.read(images, image, seed, epoch, variant);
                tiles.add(new ImageGrid.Tile(images.shape(), variant, image == 0 ? List.of("epoch " + epoch) : List.of()));
            }
            lines.add(new ImageGrid.Line("", tiles));
        }
        return new ImageGrid(lines);
    }

    private void withData(String name, java.util.function.Consumer<Dataset> cell) {
        NotebookSession.inWords(() -> {
            Optional<Dataset> dataset = Optional.empty();
            try {
                dataset = Optional.of(session.dataset(name));
            } catch (UserError e) {
                session.notRun(e.getMessage());
            }
            dataset.ifPresent(cell);
        });
    }
}
