package onebit.kit.results;

import onebit.published.PublishedFigures;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;

/** What the reproduction of a row says about the authors' figure, in words. */
public enum Verdict {
    /** Within {@link #TOLERANCE} of the published accuracy, at the published settings. */
    AGREES("agrees"),
    /** Less accurate than that. */
    BELOW("below"),
    /** More accurate than that. */
    ABOVE("above"),
    /** Another depth, width, length, batch or part of the data than the authors': their figure is no measure of it. */
    OTHER_SETTINGS("other settings"),
    /** There is no finished run. */
    NOT_RUN("not run");

    /**
     * How far runs of the paper's network that differ in their seeds alone lie apart: the standard deviation of five runs of
     * WRN-20-10 on CIFAR-100 by others (szagoruyko/binary-wide-resnet) was 0.24 points in full precision, 0.26 with one bit.
     */
    public static final double DEVIATION = 0.25;

    /**
     * Two deviations, in points: two single runs differ by more in one case of six. The same for a mean over seeds: what it is compared with is a single run, whose luck more
     * of our runs do not even out.
     */
    public static final double TOLERANCE = 2 * DEVIATION;

    private static final int TRAIN_IMAGES = 50_000, TEST_IMAGES = 10_000;

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /** On a row's reproduction, against the accuracy in the authors' readme. */
    public static Verdict of(Reproduction reproduction) {
        if (!atPublishedSettings(reproduction)) return OTHER_SETTINGS;
        double difference = difference(reproduction);
        if (Math.abs(difference) <= TOLERANCE + 1e-9) return AGREES; // figures of two decimals: 0.50 is within
        return difference < 0 ? BELOW : ABOVE;
    }

    /** Reproduced accuracy less that in the authors' readme, in points. It means something at the published settings only. */
    public static double difference(Reproduction reproduction) {
        return reproduction.accuracy() - PublishedFigures.result(reproduction.settings().row()).readmeAccuracyPercent();
    }

    private static boolean atPublishedSettings(Reproduction reproduction) {
        TrainingConfig settings = reproduction.settings();
        Profile paper = Profile.PAPER;
        return settings.depth() == Profile.DEPTH && settings.width() == paper.width() && settings.epochs() == paper.epochs(Row.of(settings.row()))
            && settings.batchSize() == TrainingConfig.BATCH_SIZE
            && reproduction.runs().stream().allMatch(run -> run.result().trainImages() == TRAIN_IMAGES && run.result().images() == TEST_IMAGES);
    }
}
