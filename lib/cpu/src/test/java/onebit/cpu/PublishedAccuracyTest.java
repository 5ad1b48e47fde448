package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final Map<PublishedScore, PublishedScore.Outputs> FLOAT32 = new ConcurrentHashMap<>();

    /** Computed once for both tests. */
    private static PublishedScore.Outputs float32(PublishedScore model) {
        return FLOAT32.computeIfAbsent(model, m -> m.on(new CpuEngine(), Precision.FLOAT32));
    }

    @ParameterizedTest
    @MethodSource("models")
    void classifiesAsPublished(PublishedScore model) {
        model.assertRight(float32(model), 2, 0);
    }

    @ParameterizedTest
    @MethodSource("models")
    void classifiesNearlyAlikeInBf16(PublishedScore model) {
        Bf16.assumeAvailable(Precision.BF16);
        PublishedScore.Outputs float32 = float32(model), bf16 = model.on(new CpuEngine(), Precision.BF16);
        model.assertRight(bf16, 10, 2);
        assertTrue(float32.distance(bf16) < BF16_LOGITS, "logits in bf16 differ by " + float32.distance(bf16) + " of the greatest");
    }
}
