package onebit.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.data.PublishedFigures.CurvePoint;
import onebit.data.PublishedFigures.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublishedFiguresTest {

    static List<Result> results() {
        return PublishedFigures.results();
    }

    @Test
    void hasTheEightRowsOfTheResultsTable() {
        assertEquals(8, results().size());
        assertEquals(new Result("cifar10-full-bn", "CIFAR 10 Full Precision Baseline", 96.62, 96.65, 254, 26_750_912), results().getFirst());
        assertEquals(81.83, PublishedFigures.result("cifar100-1bit-bn").readmeAccuracyPercent());
        var error = assertThrows(IllegalArgumentException.class, () -> PublishedFigures.result("cifar10-2bit-bn"));
        assertTrue(error.getMessage().contains("cifar10-1bit-bn"), error.getMessage());
    }

    @ParameterizedTest
    @MethodSource("results")
    void aRunsLogEndsWithThePublishedAccuracy(Result result) {
        List<CurvePoint> curve = PublishedFigures.curve(result.row());
        boolean gaps = result.row().equals("cifar10-full-srelu");
        assertEquals(result.epochs() - (gaps ? 16 : 0), curve.size());
        assertEquals(1, curve.getFirst().epoch());
        assertEquals(gaps ? 295 : result.epochs(), curve.getLast().epoch());
        assertEquals(result.notebookAccuracyPercent(), 100 * curve.getLast().testAccuracy(), gaps ? 0.1 : 0.006);
        for (CurvePoint point : curve) {
            assertTrue(point.lastRate() >= 1e-5 && point.lastRate() <= 0.1, point::toString);
            assertTrue(point.trainAccuracy() > 0 && point.trainAccuracy() <= 1 && point.testAccuracy() > 0 && point.testAccuracy() <= 1, point::toString);
            assertTrue(point.trainLoss() > 0 && point.testLoss() > 0 && point.seconds() > 50, point::toString);
        }
    }
}
