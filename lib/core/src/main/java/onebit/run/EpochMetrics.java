package onebit.run;

import java.util.Arrays;
import java.util.List;

/**
 * An epoch in numbers: a line of {@code metrics.csv}. Losses are mean cross-entropies without the penalty. What the authors' logs
 * print as test loss is {@code testLoss + l2Penalty}; their training loss has the penalty's mean over the epoch's steps instead. The
 * time columns are the last three: they alone differ between a run and the same run killed and resumed.
 *
 * @param epoch             1-based
 * @param lrEnd             learning rate of the last step
 * @param trainLoss         mean over the epoch's steps, each before its update
 * @param l2Penalty         2.5e-4 * sum(w^2) over all convolutions' full-precision weights at the epoch's end
 * @param trainAccuracy     0..1, over the epoch's steps: augmented images, batch statistics
 * @param testLoss          at the epoch's end
 * @param testAccuracy      0..1, at the epoch's end
 * @param seconds           of training, evaluation not included
 * @param evaluationSeconds of testing
 * @param imagesPerSecond   trained
 */
public record EpochMetrics(int epoch, double lrEnd, double trainLoss, double l2Penalty, double trainAccuracy, double testLoss,
                           double testAccuracy, double seconds, double evaluationSeconds, double imagesPerSecond) {

    /** First line of {@code metrics.csv}. */
    public static final String HEADER = "epoch,lr_end,train_loss,l2_penalty,train_accuracy,test_loss,test_accuracy,seconds,evaluation_seconds,images_per_s";

    /** The same without what a clock measured: equal for a run and the same run resumed. */
    public EpochMetrics withoutTimes() {
        return new EpochMetrics(epoch, lrEnd, trainLoss, l2Penalty, trainAccuracy, testLoss, testAccuracy, 0, 0, 0);
    }

    /** A line: exact decimals, so that reading it back gives the same numbers. */
    String line() {
        return epoch + "," + lrEnd + "," + trainLoss + "," + l2Penalty + "," + trainAccuracy + "," + testLoss + "," + testAccuracy
            + "," + seconds + "," + evaluationSeconds + "," + imagesPerSecond;
    }

    static String csv(List<EpochMetrics> epochs) {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (EpochMetrics epoch : epochs) text.append(epoch.line()).append('\n');
        return text.toString();
    }

    /** @throws IllegalArgumentException if a line is not such a one */
    static List<EpochMetrics> parse(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) throw new IllegalArgumentException("its first line is not " + HEADER);
        return lines.stream().skip(1).map(EpochMetrics::parse).toList();
    }

    private static EpochMetrics parse(String line) {
        try {
            double[] v = Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
            if (v.length == 10) return new EpochMetrics((int) v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9]);
        } catch (NumberFormatException e) {
            // The same answer as for a wrong number of columns.
        }
        throw new IllegalArgumentException("it has the line '" + line + "'");
    }
}
