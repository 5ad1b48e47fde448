package onebit.kit.results;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import onebit.train.TrainingConfig;
import tech.tablesaw.api.DoubleColumn;

/**
 * The runs of one row with the same settings, which differ in their seeds only.
 *
 * @param runs one or more
 */
record Reproduction(List<Run> runs) {

    /** All reproductions of a row, the one that took the most arithmetic first. */
    static List<Reproduction> of(String row, List<Run> runs) {
        Map<TrainingConfig, List<Run>> bySettings = runs.stream().filter(r -> r.config().row().equals(row))
            .collect(Collectors.groupingBy(Run::settings, LinkedHashMap::new, Collectors.toList()));
        return bySettings.values().stream().map(Reproduction::new)
            .sorted(Comparator.comparingDouble((Reproduction r) -> r.runs.getFirst().result().pflops()).reversed()).toList();
    }

    TrainingConfig settings() {
        return runs.getFirst().settings();
    }

    /** Mean over the runs, percent of the test images. */
    double accuracy() {
        return accuracies().mean();
    }

    /** Sample standard deviation over the runs; not a number for a single one. */
    double deviation() {
        return runs.size() == 1 ? Double.NaN : accuracies().standardDeviation();
    }

    /** For a single run; for several the deviation says more. */
    WilsonInterval interval() {
        if (runs.size() != 1) throw new IllegalStateException("The interval is of a single run.");
        return WilsonInterval.of(runs.getFirst().result().correct(), runs.getFirst().result().images());
    }

    private DoubleColumn accuracies() {
        return DoubleColumn.create("accuracy", runs.stream().mapToDouble(r -> r.result().accuracyPercent()).toArray());
    }

    String seeds() {
        return runs.stream().map(r -> Long.toString(r.config().seed())).collect(Collectors.joining(" "));
    }

    String dates() {
        List<String> days = runs.stream().map(Run::date).distinct().sorted().toList();
        return days.size() == 1 ? days.getFirst() : days.getFirst() + " to " + days.getLast();
    }

    /** In the engine's words; more than one if the runs were computed in different ways. */
    String networks() {
        return runs.stream().map(Run::network).distinct().collect(Collectors.joining(" / "));
    }

    String folders() {
        return runs.stream().map(r -> r.folder().getFileName().toString()).collect(Collectors.joining(" "));
    }
}
