package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import onebit.published.PublishedFigures;
import onebit.train.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knowm.xchart.XYSeries;

class ScheduleFigureTest {

    /** Of the two points at the end of a cycle, the one before the restart is the epoch's end. */
    @ParameterizedTest
    @CsvSource({"batch norm,cifar10-1bit-bn", "shifted ReLU,cifar10-1bit-srelu"})
    void theLinesGoThroughTheRatesOfTheAuthorsLogs(String line, String row) {
        XYSeries schedule = ScheduleFigure.chart().getSeries(line);

        assertEquals(Row.of(row).paperEpochs(), Arrays.stream(schedule.getXData()).max().orElseThrow());
        for (PublishedFigures.CurvePoint point : PublishedFigures.curve(row)) {
            int at = IntStream.range(0, schedule.getXData().length).filter(i -> schedule.getXData()[i] == point.epoch()).findFirst().orElseThrow();
            assertEquals(point.lastRate(), schedule.getYData()[at], 2e-6, point::toString);
        }
    }
}
