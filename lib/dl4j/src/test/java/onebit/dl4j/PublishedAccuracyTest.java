package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.engine.Precision;
import onebit.kit.engines.IsolatedEngine;
import onebit.testing.PublishedScore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The authors' five models on the real test images; see {@link PublishedScore} for what that needs. */
class PublishedAccuracyTest {

    /** Of the greatest logit, between two engines in float32. */
    private static final double LOGITS = 1e-3;

    static List<PublishedScore> models() {
        return PublishedScore.ALL;
    }

    @ParameterizedTest
    @MethodSource("models")
    void classifiesAsPublishedWithTheLogitsOfTheCpuEngine(PublishedScore model) {
        PublishedScore.Outputs dl4j = model.on(TestEngine.get(), Precision.FLOAT32);
        model.assertRight(dl4j, 2, 0);
        double distance = model.on(IsolatedEngine.of("cpu"), Precision.FLOAT32).distance(dl4j);
        assertTrue(distance < LOGITS, "logits differ by " + distance + " of the greatest");
    }
}
