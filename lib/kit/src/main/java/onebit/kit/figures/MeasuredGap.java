package onebit.kit.figures;

import java.util.ArrayList;
import java.util.List;
import onebit.data.CifarSet;
import onebit.kit.results.Reproduction;
import onebit.kit.results.Run;
import onebit.quant.OneBit;
import onebit.train.Row;

/**
 * What one bit per weight cost in runs of this kit: a full-precision row and its one-bit row, of the same data set and norm,
 * with the same settings (but T, which each shifted-ReLU row has its own of), by the same engine at the same precision.
 */
public record MeasuredGap(Reproduction full, Reproduction oneBit) {

    /** Such pairs among the runs that took all images, in the order of the rows: of a network the longest trained ones. */
    public static List<MeasuredGap> of(List<Run> runs) {
        List<MeasuredGap> gaps = new ArrayList<>();
        for (Row row : Row.ALL) {
            if (!(row.quantizer() instanceof OneBit)) continue;
            Row partner = Row.ALL.stream().filter(r -> r.dataset().equals(row.dataset()) && r.activation().label().equals(row.activation().label())
                && !(r.quantizer() instanceof OneBit)).findFirst().orElseThrow();
            for (Reproduction oneBit : Reproduction.of(row.id(), runs)) {
                if (!oneBit.onAllImages()) continue;
                Reproduction.of(partner.id(), runs).stream().filter(full -> full.conditions().equals(oneBit.conditions().withRow(partner)))
                    .forEach(full -> gaps.add(new MeasuredGap(full, oneBit)));
            }
        }
        return gaps.stream().filter(gap -> gaps.stream().noneMatch(other -> other.oneBit.conditions().isLongerThan(gap.oneBit.conditions()))).toList();
    }

    /** Per cent of the test images; a mean where there are several seeds. */
    public double fullPrecisionError() {
        return 100 - full.accuracy();
    }

    /** Error with one bit less that in full precision, in points. */
    public double gap() {
        return full.accuracy() - oneBit.accuracy();
    }

    /** Data set and norm, for people. */
    String title() {
        Row row = Row.of(oneBit.settings().row());
        return CifarSet.named(row.dataset()).title() + ", " + row.activation().title();
    }
}
