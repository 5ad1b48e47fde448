package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.engine.Precision;
import onebit.testing.PublishedScore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The authors' five models on the real test images; see {@link PublishedScore} for what that needs. */
class PublishedAccuracyTest {

    /** Of the greatest logit: bf16 has eight digits, and errors add up over 20 layers. */
    private static final double BF16_LOGITS = 0.05;

    static List<PublishedScore> models() {
        return PublishedScore.ALL;
    }

    @ParameterizedTest
    @MethodSource("models")
    void classifiesAsPublished(PublishedScore model) {
        model.assertRight(model.on(new CpuEngine(), Precision.FLOAT32), 2, 0);
    }

    @ParameterizedTest
    @MethodSource("models")
    void classifiesNearlyAlikeInBf16(PublishedScore model) {
        Bf16.assumeAvailable(Precision.BF16);
        PublishedScore.Outputs float32 = model.on(new CpuEngine(), Precision.FLOAT32), bf16 = model.on(new CpuEngine(), Precision.BF16);
        model.assertRight(bf16, 10, 2);
        assertTrue(float32.distance(bf16) < BF16_LOGITS, "logits in bf16 differ by " + float32.distance(bf16) + " of the greatest");
    }
}
