package onebit.kit.command;

import java.nio.file.Path;
import java.util.Optional;
import onebit.data.CifarSet;
import onebit.data.CifarSources;
import onebit.data.Dataset;
import picocli.CommandLine.Option;

/** Where data is. */
final class DataOption {

    @Option(names = "--data", paramLabel = "DIR", description = "Folder with the official files, or with the archives' folders of them "
        + "(default: $ONEBIT_DATA, else the cache, else they are fetched).")
    Path folder;

    Dataset load(String dataset, ProgressDisplay display) {
        Dataset loaded = CifarSources.of(Optional.ofNullable(folder)).load(CifarSet.named(dataset), display);
        display.end();
        return loaded;
    }
}
