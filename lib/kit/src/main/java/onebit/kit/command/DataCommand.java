package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import onebit.data.Dataset;
import onebit.kit.Installation;
import onebit.published.PublishedModel;
import onebit.published.PublishedModels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "data", description = "Fetch a data set, or the authors' published models, and verify every file; what is there already is verified only.")
public final class DataCommand implements Callable<Integer> {

    /** What can be fetched. */
    enum Collection { CIFAR10, CIFAR100, PUBLISHED }

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "cifar10|cifar100|published", completionCandidates = Names.Collections.class, description = "cifar10, cifar100, or published: the authors' five models (in --data, $ONEBIT_PUBLISHED or the cache, else fetched).")
    Collection what;

    @Mixin
    DataOption data;

    @Override
    public Integer call() {
        try (ProgressDisplay display = ProgressDisplay.of(spec)) {
            switch (what) {
                case CIFAR10 -> describe(data.load("cifar10", display));
                case CIFAR100 -> describe(data.load("cifar100", display));
                case PUBLISHED -> describe(PublishedModels.ofUser().fetch(Optional.ofNullable(data.folder).or(() -> Installation.folder(System.getenv(), "ONEBIT_PUBLISHED")), display));
            }
        }
        return 0;
    }

    private void describe(Map<PublishedModel, Path> models) {
        PrintWriter out = spec.commandLine().getOut();
        models.forEach((model, file) -> out.printf(Locale.ROOT, "%-15s  published %.2f %% on %s  %s%n", model.id(), model.accuracyPercent(), model.dataset(), file));
        out.flush();
    }

    private void describe(Dataset dataset) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(dataset.title() + ": training " + dataset.train() + ", test " + dataset.test() + ", " + dataset.classes() + " classes; from " + dataset.source());
        dataset.checksums().forEach((file, checksum) -> out.println("  " + file + "  " + checksum));
        out.flush();
    }
}
