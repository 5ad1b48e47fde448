package onebit.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import onebit.run.UserError;

/** How much of a row to do: from a check that everything works to the paper's own setting. Depth is 20 in all. */
public enum Profile {
    /**
     * Two epochs of width 1 on the first 5,000 images, tested on 1,000: under a minute. Its accuracy says nothing:
     * 80 steps are too few for batch norm's running averages.
     */
    SMOKE(1, 2, 5_000, 1_000, "width 1, 2 epochs, 5,000 images: under a minute, to see that everything works"),
    /** Width 1, two epochs (one cycle of the schedule), all images. */
    QUICK(1, 2, 0, 0, "width 1, 2 epochs, all images"),
    /** Width 1, 30 epochs (four cycles). */
    LAPTOP(1, 30, 0, 0, "width 1, 30 epochs"),
    /** Width 4, 30 epochs; by the paper's figure 5 close to the final accuracy of that width. */
    EVENING(4, 30, 0, 0, "width 4, 30 epochs"),
    /** The rows as published: width 10, 254 epochs with batch norm and 300 with shifted ReLU. */
    PAPER(10, 0, 0, 0, "width 10, 254 or 300 epochs: the published setting");

    /** Convolutions of every profile's network, as the paper counts. */
    public static final int DEPTH = 20;

    private final int width;
    private final int epochs;
    private final int trainLimit;
    private final int testLimit;
    private final String summary;

    Profile(int width, int epochs, int trainLimit, int testLimit, String summary) {
        this.width = width;
        this.epochs = epochs;
        this.trainLimit = trainLimit;
        this.testLimit = testLimit;
        this.summary = summary;
    }

    /** As on the command line: {@code smoke}, {@code quick}, ... */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One line for people. */
    public String summary() {
        return summary;
    }

    /** @throws UserError listing the profiles if there is none of that name */
    public static Profile of(String label) {
        return Arrays.stream(values()).filter(p -> p.label().equals(label)).findFirst().orElseThrow(() -> new UserError(
            "There is no profile '" + label + "'. The profiles are " + Arrays.stream(values()).map(Profile::label).collect(Collectors.joining(", ")) + "."));
    }

    public int width() {
        return width;
    }

    /** Epochs for a row: the paper's where the profile is the paper's. */
    public int epochs(Row row) {
        return epochs == 0 ? row.paperEpochs() : epochs;
    }

    /** Training images taken, from the first on; 0 for all. */
    public int trainLimit() {
        return trainLimit;
    }

    /** Test images taken, from the first on; 0 for all. */
    public int testLimit() {
        return testLimit;
    }
}
