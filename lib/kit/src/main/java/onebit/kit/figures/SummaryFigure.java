package onebit.kit.figures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import onebit.data.CifarSet;
import onebit.kit.figures.TypesetTable.Line;
import onebit.kit.figures.TypesetTable.Look;
import onebit.kit.results.Reproduction;
import onebit.kit.results.Run;
import onebit.model.Graph;
import onebit.published.PublishedFigures;
import onebit.published.PublishedFigures.ComparedMethod;
import onebit.quant.OneBit;
import onebit.train.Row;
import onebit.train.TrainingConfig;

/**
 * The authors' Summary figure, tables 3 and 4 of the ICLR paper as their repository carries them on, with ResNeXt: their own rows
 * bold, and below them, in a part of its own, what this kit measured on all images.
 */
public final class SummaryFigure {

    private static final String TITLE = "Test error in per cent, beside other networks";
    private static final String OURS = "Measured by this kit, at the settings given";
    /** What the authors call theirs where it is not named; beside this kit's rows it would be nobody's. */
    private static final String AUTHORS_WORDS = "My approach";
    private static final int MARGIN = 24, BETWEEN = 22;

    /** What was measured under the same conditions on both data sets. */
    private record Measured(TrainingConfig settings, Optional<Reproduction> cifar10, Optional<Reproduction> cifar100) {

        Reproduction either() {
            return cifar10.or(() -> cifar100).orElseThrow();
        }

        boolean oneBit() {
            return Row.of(settings.row()).quantizer() instanceof OneBit;
        }

        String method() {
            Row row = Row.of(settings.row());
            int comma = either().description().indexOf(',');
            return (oneBit() ? "1-bit weights WRN " : "Full precision WRN ") + either().description().substring(0, comma) + " + cutout, "
                + row.activation().title() + either().description().substring(comma);
        }

        String parameters() {
            long count = settings.graph(CifarSet.SHAPE, 10).parameters().stream().filter(Graph.Parameter::trainable).mapToLong(Graph.Parameter::size).sum();
            return String.format(Locale.ROOT, count < 1_000_000 ? "%.2fM" : count < 10_000_000 ? "%.1fM" : "%.0fM", count / 1e6);
        }
    }

    private SummaryFigure() {}

    public static Figure figure(List<Run> runs) {
        List<TypesetTable> tables = tables(runs);
        double tableWidth = tables.stream().mapToDouble(TypesetTable::width).max().orElseThrow();
        int width = (int) Math.ceil(tableWidth) + 2 * MARGIN;
        String text = "The tables of the Summary figure in the authors' repository, which carries on tables 3 and 4 of their ICLR paper; their own results are bold. " + (measured(runs).isEmpty()
            ? "This kit has not measured a row on all images yet."
            : "Rows with a star are measured by this kit and compare with the others only where network and length are the same; ± is the deviation over seeds.");
        int top = Page.headingHeight(text, width);
        int height = top + (int) Math.ceil(tables.stream().mapToDouble(TypesetTable::height).sum()) + BETWEEN + MARGIN;
        return new Figure("summary", width, height, g -> {
            Page.heading(g, TITLE, text, width);
            double y = top;
            for (TypesetTable table : tables) {
                table.draw(g, MARGIN, y, tableWidth);
                y += table.height() + BETWEEN;
            }
        });
    }

    /** Tables 3 and 4, with the rows of these runs. */
    static List<TypesetTable> tables(List<Run> runs) {
        List<Measured> measured = measured(runs);
        return List.of(networks(measured), oneBit(measured.stream().filter(Measured::oneBit).toList()));
    }

    private static TypesetTable networks(List<Measured> measured) {
        List<Line> lines = published(PublishedFigures.networksCompared());
        if (!measured.isEmpty()) lines.add(new Line.Heading(OURS));
        for (Measured m : measured) lines.add(new Line.Cells(List.of(m.method(), m.parameters(), error(m.cifar10()), error(m.cifar100()), ""), Look.OURS));
        return new TypesetTable("Table 3: networks with less than 40 million parameters, in the authors' order",
            List.of("Method", "Parameters", "CIFAR-10", "CIFAR-100", "ImageNet32 top-1 / top-5"), lines);
    }

    private static TypesetTable oneBit(List<Measured> measured) {
        List<Line> lines = published(PublishedFigures.oneBitNetworksCompared());
        if (!measured.isEmpty()) lines.add(new Line.Heading(OURS));
        for (Measured m : measured) lines.add(new Line.Cells(List.of(m.method(), error(m.cifar10()), error(m.cifar100()), "", ""), Look.OURS));
        return new TypesetTable("Table 4: 1 bit per weight at test time and in training's forward and backward pass",
            List.of("Method", "CIFAR-10", "CIFAR-100", "SVHN", "ImageNet top-1 / top-5"), lines);
    }

    private static List<Line> published(List<ComparedMethod> methods) {
        List<Line> lines = new ArrayList<>();
        for (ComparedMethod method : methods) {
            List<String> cells = new ArrayList<>(List.of(method.method().equals(AUTHORS_WORDS) ? "The authors' approach" : method.method()));
            cells.addAll(method.cells());
            lines.add(new Line.Cells(cells, method.authors() ? Look.BOLD : Look.PLAIN));
        }
        return lines;
    }

    /** Of a network the longest trained ones. Sorted as table 3: by the error on CIFAR-100, the largest first; those without one at the end. */
    private static List<Measured> measured(List<Run> runs) {
        Map<Run.Conditions, Map<String, Reproduction>> byConditions = new LinkedHashMap<>();
        for (Row row : Row.ALL) {
            Row first = Row.ALL.stream().filter(r -> r.quantizer().equals(row.quantizer()) && r.activation().label().equals(row.activation().label()))
                .findFirst().orElseThrow();
            for (Reproduction reproduction : Reproduction.of(row.id(), runs))
                if (reproduction.onAllImages())
                    byConditions.computeIfAbsent(reproduction.conditions().withRow(first), c -> new LinkedHashMap<>()).put(row.dataset(), reproduction);
        }
        return byConditions.entrySet().stream()
            .filter(e -> byConditions.entrySet().stream().noneMatch(other -> other.getKey().isLongerThan(e.getKey())
                && other.getValue().keySet().containsAll(e.getValue().keySet())))
            .map(e -> new Measured(e.getKey().settings(), Optional.ofNullable(e.getValue().get("cifar10")), Optional.ofNullable(e.getValue().get("cifar100"))))
            .sorted(Comparator.comparingDouble(m -> m.cifar100().map(Reproduction::accuracy).orElse(100.0))).toList();
    }

    private static String error(Optional<Reproduction> reproduction) {
        return reproduction.map(r -> String.format(Locale.ROOT, "%.2f", 100 - r.accuracy())
            + (r.runs().size() == 1 ? "" : String.format(Locale.ROOT, " ± %.2f", r.deviation()))).orElse("");
    }
}
