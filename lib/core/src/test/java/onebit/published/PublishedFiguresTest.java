package onebit.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import onebit.data.CifarSet;
import onebit.model.Graph;
import onebit.model.WideResNet;
import onebit.published.PublishedFigures.ComparedMethod;
import onebit.published.PublishedFigures.CurvePoint;
import onebit.published.PublishedFigures.GapPoint;
import onebit.published.PublishedFigures.Result;
import onebit.train.Row;
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
        assertEquals(new Result("cifar10-full-bn", 96.62, 96.65, 254, 26_750_912), results().getFirst());
        assertEquals(81.83, PublishedFigures.result("cifar100-1bit-bn").readmeAccuracyPercent());
        var error = assertThrows(IllegalArgumentException.class, () -> PublishedFigures.result("cifar10-2bit-bn"));
        assertTrue(error.getMessage().contains("cifar10-1bit-bn"), error.getMessage());
    }

    @ParameterizedTest
    @MethodSource("results")
    void theRowsNetworkHasAsManyParametersAsKerasCounted(Result result) {
        Row row = Row.of(result.row());
        CifarSet set = CifarSet.named(row.dataset());
        assertEquals(result.kerasParameters(), WideResNet.graph(row.network(20, 10, CifarSet.SHAPE, set.classNames().size())).parameters().stream().mapToInt(Graph.Parameter::size).sum());
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

    @Test
    void hasTheGapFiguresPointsAsThePapersTablesGiveThem() {
        List<GapPoint> points = PublishedFigures.gapPoints();
        assertEquals(List.of("ImageNet32 4x", "ImageNet32 10x", "ImageNet32 15x", "CIFAR-100 4x", "CIFAR-100 10x", "CIFAR-10", "SVHN", "MNIST",
            "ImageNet single crop", "ImageNet multi-crop", "BWN on ImageNet", "BWN on ImageNet"), points.stream().map(GapPoint::series).toList());
        // Table 1, 20-10 on CIFAR-100 with cutout: 17.19 in full precision, 18.51 with one bit.
        assertEquals(new GapPoint("CIFAR-100 10x", 17.19, 1.32), points.get(4));
    }

    @Test
    void hasTheSummaryFiguresTwoTablesWithTheAuthorsOwnRowsMarked() {
        List<ComparedMethod> networks = PublishedFigures.networksCompared(), oneBit = PublishedFigures.oneBitNetworksCompared();
        assertEquals(15, networks.size());
        assertEquals(6, networks.stream().filter(ComparedMethod::authors).count());
        assertEquals(new ComparedMethod("1-bit weights WRN 20-10", List.of("27M", "4.72", "19.35", "44.27 / 21.09"), true), networks.get(1));
        assertEquals(List.of("37M", "3.80", "18.30", ""), networks.get(6).cells(), "two decimals, and nothing where the table has none");
        assertEquals(7, oneBit.size());
        assertEquals(new ComparedMethod("My approach", List.of("3.29", "16.97", "1.93", "26.04 / 8.48"), true), oneBit.getLast());
    }
}
