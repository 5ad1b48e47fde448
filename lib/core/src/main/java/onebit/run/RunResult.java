package onebit.run;

/**
 * How a finished run ended: {@code result.json}. All figures are of the final epoch; none is the best of several.
 *
 * @param row             id of the row
 * @param images          test images
 * @param correct         those classified right
 * @param accuracyPercent of the test images
 * @param testLoss        mean cross-entropy, without penalty
 * @param trainAccuracyPercent of the last epoch's augmented images
 * @param trainLoss       mean cross-entropy of the last epoch's steps, without penalty
 * @param epochs          trained
 * @param trainImages     in an epoch: full batches only
 * @param seconds         of training, all epochs, evaluation not included
 * @param pflops          10^15 floating-point operations of the training, 6 a multiply-accumulate and image
 */
public record RunResult(String row, int images, int correct, double accuracyPercent, double testLoss, double trainAccuracyPercent,
                        double trainLoss, int epochs, int trainImages, double seconds, double pflops) {

    /** Of an accuracy from the same of its images; the digits that a person may have left out. */
    private static final double ROUNDING = 0.01;

    /** @throws IllegalArgumentException if no run can have ended so */
    public RunResult {
        require(images >= 1, "images is " + images + ", and must be 1 or more");
        require(correct >= 0 && correct <= images, "correct is " + correct + ", and must be from 0 to images, which is " + images);
        require(Math.abs(accuracyPercent - 100.0 * correct / images) <= ROUNDING, // nor if it is no number
            "accuracy_percent is " + accuracyPercent + ", and " + correct + " of " + images + " images are " + 100.0 * correct / images);
        require(trainAccuracyPercent >= 0 && trainAccuracyPercent <= 100, "train_accuracy_percent is " + trainAccuracyPercent + ", and must be from 0 to 100");
        notNegative(testLoss, "test_loss");
        notNegative(trainLoss, "train_loss");
        require(epochs >= 1, "epochs is " + epochs + ", and must be 1 or more");
        require(trainImages >= 1, "train_images is " + trainImages + ", and must be 1 or more");
        notNegative(seconds, "seconds");
        notNegative(pflops, "pflops");
    }

    private static void notNegative(double value, String name) {
        require(value >= 0 && Double.isFinite(value), name + " is " + value + ", and must be 0 or more");
    }

    private static void require(boolean right, String wrong) {
        if (!right) throw new IllegalArgumentException(wrong + ".");
    }
}
