package onebit.kit.command;

import java.util.OptionalInt;
import onebit.kit.RowRun;
import onebit.train.Profile;
import onebit.train.Row;
import picocli.CommandLine.Option;

/** A row's settings: a profile's, and what is said otherwise. */
final class RunSettings {

    @Option(names = "--profile", paramLabel = "PROFILE", defaultValue = "quick", completionCandidates = Names.Profiles.class,
        description = "${COMPLETION-CANDIDATES}: see 'onebit rows' (default: ${DEFAULT-VALUE}).")
    Profile profile;

    @Option(names = "--depth", paramLabel = "N", description = "6n + 2 (default: 20).")
    Integer depth;

    @Option(names = "--width", paramLabel = "N", description = "Factor on the channels (default: the profile's).")
    Integer width;

    @Option(names = "--epochs", paramLabel = "N", description = "Length (default: the profile's). Rows with batch norm are best stopped after 2, 6, 14, 30, 62, 126 or 254.")
    Integer epochs;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of initial weights, order and augmentation (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--train-limit", paramLabel = "N", description = "Train on the first N images only.")
    Integer trainLimit;

    @Option(names = "--test-limit", paramLabel = "N", description = "Test on the first N images only.")
    Integer testLimit;

    RowRun run(Row row, EngineOptions asked) {
        return new RowRun(row, profile, given(depth), given(width), given(epochs), given(trainLimit), given(testLimit), seed, asked.engine,
            asked.device(), asked.precision, asked.algorithm);
    }

    private static OptionalInt given(Integer option) {
        return option == null ? OptionalInt.empty() : OptionalInt.of(option);
    }
}
