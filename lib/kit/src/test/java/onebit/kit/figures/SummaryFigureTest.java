package onebit.kit.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import onebit.engine.Precision;
import onebit.kit.figures.TypesetTable.Line;
import onebit.kit.figures.TypesetTable.Look;
import onebit.kit.results.RunFixture;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryFigureTest {

    @TempDir
    Path folder;

    private static TrainingConfig laptop(String row) {
        return TrainingConfig.of(Row.of(row), Profile.LAPTOP, "cpu", Precision.BF16);
    }

    /** The cells of a table's lines of that look. */
    private List<List<String>> lines(int table, Look look) {
        return SummaryFigure.tables(new RunFixture(folder).runs()).get(table).lines().stream()
            .filter(line -> line instanceof Line.Cells cells && cells.look() == look).map(line -> ((Line.Cells) line).cells()).toList();
    }

    @Test
    void hasThePapersTablesWithTheAuthorsRowsBold() {
        assertEquals(List.of("1-bit weights WRN 20-10", "27M", "4.72", "19.35", "44.27 / 21.09"), lines(0, Look.BOLD).getFirst());
        assertEquals(List.of(List.of("The authors' approach", "3.29", "16.97", "1.93", "26.04 / 8.48")), lines(1, Look.BOLD));
        assertEquals(9, lines(0, Look.PLAIN).size());
        assertEquals(6, lines(1, Look.PLAIN).size());
        assertEquals(List.of(), lines(0, Look.OURS));
        assertEquals(List.of(), lines(1, Look.OURS));
    }

    @Test
    void addsWhatWasMeasuredWithBothDataSetsInALine() {
        RunFixture fixture = new RunFixture(folder);
        fixture.finished("a", laptop("cifar10-1bit-bn"), 8500);
        fixture.finished("b", laptop("cifar100-1bit-bn").withSeed(1), 5480);
        fixture.finished("c", laptop("cifar100-1bit-bn").withSeed(2), 5520);
        fixture.finished("d", laptop("cifar100-full-bn"), 6120);

        String oneBit = "1-bit weights WRN 20-1 + cutout, batch norm, 30 epochs, cpu bf16", full = "Full precision WRN 20-1 + cutout, batch norm, 30 epochs, cpu bf16";
        assertEquals(List.of(List.of(oneBit, "0.27M", "15.00", "45.00 ± 0.28", ""), List.of(full, "0.27M", "", "38.80", "")), lines(0, Look.OURS),
            "by CIFAR-100, the largest first");
        assertEquals(List.of(List.of(oneBit, "15.00", "45.00 ± 0.28", "", "")), lines(1, Look.OURS), "one bit per weight only");
    }

    @Test
    void hasALineForEachWayOfComputing() {
        RunFixture fixture = new RunFixture(folder);
        fixture.finished("a", laptop("cifar10-full-bn").withSeed(1), 8850);
        fixture.finished("b", laptop("cifar10-full-bn").withSeed(2), 8900, "cpu bf16", "torch float32");

        String method = "Full precision WRN 20-1 + cutout, batch norm, 30 epochs, cpu bf16";
        assertEquals(List.of(List.of(method, "0.27M", "11.50", "", ""), List.of(method + " then torch float32", "0.27M", "11.00", "", "")), lines(0, Look.OURS));
    }

    @Test
    void hasOfANetworkTheLongestTrained() {
        RunFixture fixture = new RunFixture(folder);
        fixture.finished("a", laptop("cifar10-full-bn"), 8850);
        fixture.finished("b", laptop("cifar10-full-bn").withEpochs(2), 6500);
        fixture.finished("c", laptop("cifar10-full-bn").withEpochs(2).withWidth(4), 8000);
        fixture.finished("d", laptop("cifar100-full-bn").withEpochs(6), 3000);

        String network = "Full precision WRN 20-%d + cutout, batch norm, %d epochs, cpu bf16";
        assertEquals(Set.of(network.formatted(1, 30), network.formatted(4, 2), network.formatted(1, 6)),
            lines(0, Look.OURS).stream().map(List::getFirst).collect(Collectors.toSet()), "no other has CIFAR-100 than the one of 6 epochs");
    }

    @Test
    void leavesOutRunsOnAPartOfTheImages() {
        new RunFixture(folder).finished("a", laptop("cifar10-1bit-bn").withLimits(5_000, 1_000), 3000);

        assertEquals(List.of(), lines(0, Look.OURS));
    }
}
