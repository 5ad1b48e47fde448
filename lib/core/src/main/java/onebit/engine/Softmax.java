package onebit.engine;

/**
 * What an image's logits say.
 *
 * @param greatest class of the greatest logit, the first of equals
 * @param logSum   natural logarithm of the sum of the logits' exponentials
 */
public record Softmax(int greatest, double logSum) {

    /** Of the logits from an index on, one a class. */
    public static Softmax of(float[] logits, int from, int classes) {
        int greatest = from;
        for (int c = from + 1; c < from + classes; c++) if (logits[c] > logits[greatest]) greatest = c;
        double sum = 0;
        for (int c = from; c < from + classes; c++) sum += Math.exp((double) logits[c] - logits[greatest]);
        return new Softmax(greatest - from, logits[greatest] + Math.log(sum));
    }

    /** Cross-entropy if the class of this logit is the right one: minus the logarithm of its probability. */
    public double loss(float logit) {
        return logSum - logit;
    }

    /** 0..1, of the class of this logit. */
    public double probability(float logit) {
        return Math.exp(logit - logSum);
    }
}
