package onebit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StepResultTest {

    @Test
    void isTheMeanCrossEntropyAndTheNumberOfGreatestLogitsThatAreTheLabels() {
        StepResult result = StepResult.of(new float[] {1, 2, 3, 0, 0, 0, 1000, -1000, 0}, new int[] {2, 1, 0});
        assertEquals((Math.log(1 + Math.exp(-1) + Math.exp(-2)) + Math.log(3) + 0) / 3, result.loss(), 1e-12);
        assertEquals(2, result.correct(), "of equal logits the first counts as the greatest");
    }

    @Test
    void aNetworkThatHasDivergedHasNoFiniteLoss() {
        assertTrue(Double.isNaN(StepResult.of(new float[] {Float.NaN, 0}, new int[] {1}).loss()));
        assertTrue(Double.isNaN(StepResult.of(new float[] {0, Float.NaN}, new int[] {0}).loss()));
        assertTrue(Double.isNaN(StepResult.of(new float[] {Float.POSITIVE_INFINITY, 0}, new int[] {1}).loss()));
    }
}
