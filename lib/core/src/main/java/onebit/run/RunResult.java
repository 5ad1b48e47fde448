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
                        double trainLoss, int epochs, int trainImages, double seconds, double pflops) {}
