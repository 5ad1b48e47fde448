package onebit.engine;

/**
 * What a step tells.
 *
 * @param loss    mean cross-entropy of the batch, without the weight penalty
 * @param correct images whose greatest logit is the label's (the first of equals)
 */
public record StepResult(double loss, int correct) {}
