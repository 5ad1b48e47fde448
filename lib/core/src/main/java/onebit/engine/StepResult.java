package onebit.engine;

/**
 * What a step tells.
 *
 * @param loss    mean cross-entropy of the batch, without the weight penalty
 * @param correct images whose greatest logit is the label's (the first of equals)
 */
public record StepResult(double loss, int correct) {

    /**
     * From a network's outputs.
     *
     * @param logits image by image, classes fastest
     * @param labels class of each image
     */
    public static StepResult of(float[] logits, int[] labels) {
        int classes = logits.length / labels.length, correct = 0;
        double loss = 0;
        for (int i = 0; i < labels.length; i++) {
            Softmax softmax = Softmax.of(logits, i * classes, classes);
            loss += softmax.loss(logits[i * classes + labels[i]]);
            if (softmax.greatest() == labels[i]) correct++;
        }
        return new StepResult(loss / labels.length, correct);
    }
}
