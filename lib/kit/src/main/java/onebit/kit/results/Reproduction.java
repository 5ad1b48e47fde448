package onebit.kit.results;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Execution;
import onebit.train.TrainingConfig;
import tech.tablesaw.api.DoubleColumn;

/**
 * The runs of one row under the same {@link Run.Conditions}, which differ in their seeds only.
 *
 * @param runs one or more, each of another seed
 */
public record Reproduction(List<Run> runs) {

    public Reproduction {
        runs = List.copyOf(runs);
    }

    /**
     * All reproductions of a row, the one that took the most arithmetic first. A run that was done twice is one sample: of runs
     * with the same seed the first counts, which is the first by its folder's name where {@link RunFolders} found them.
     */
    public static List<Reproduction> of(String row, List<Run> runs) {
        Map<Run.Conditions, Map<Long, Run>> byConditions = new LinkedHashMap<>();
        for (Run run : runs)
            if (run.config().row().equals(row))
                byConditions.computeIfAbsent(run.conditions(), c -> new LinkedHashMap<>()).putIfAbsent(run.config().seed(), run);
        return byConditions.values().stream().map(bySeed -> new Reproduction(List.copyOf(bySeed.values())))
            .sorted(Comparator.comparingDouble((Reproduction r) -> r.runs.getFirst().result().pflops()).reversed()).toList();
    }

    /** Of all its runs. */
    public Run.Conditions conditions() {
        return runs.getFirst().conditions();
    }

    /** Of all its runs; the seed is left out (0). */
    public TrainingConfig settings() {
        return conditions().settings();
    }

    /** Whether it was trained and tested on the whole data set. */
    public boolean onAllImages() {
        return settings().trainLimit() == 0 && settings().testLimit() == 0;
    }

    /** Mean over the runs, percent of the test images. */
    public double accuracy() {
        return accuracies().mean();
    }

    /** Sample standard deviation over the runs; not a number for a single one. */
    public double deviation() {
        return runs.size() == 1 ? Double.NaN : accuracies().standardDeviation();
    }

    /** Of a single run, for the choice of test images. */
    public WilsonInterval interval() {
        if (runs.size() != 1) throw new IllegalStateException("The interval is of a single run.");
        return WilsonInterval.of(runs.getFirst().result().correct(), runs.getFirst().result().images());
    }

    /** Of several runs, for the luck of training. */
    public MeanInterval meanInterval() {
        return MeanInterval.of(accuracies().asDoubleArray());
    }

    /** Network, length, part of the data if not all, and how it was computed: {@code 20-4, 30 epochs, cpu bf16}. */
    public String description() {
        TrainingConfig s = settings();
        return s.depth() + "-" + s.width() + ", " + s.epochs() + (s.epochs() == 1 ? " epoch" : " epochs")
            + (s.batchSize() == TrainingConfig.BATCH_SIZE ? "" : ", batches of " + s.batchSize())
            + (s.trainLimit() == 0 ? "" : String.format(Locale.ROOT, ", %,d training images", s.trainLimit()))
            + (s.testLimit() == 0 ? "" : String.format(Locale.ROOT, ", %,d test images", s.testLimit()))
            + ", " + computedBy() + (s.algorithm() == ConvolutionAlgorithm.AUTO ? "" : " (" + s.algorithm().label() + ")");
    }

    /** In words: {@code cpu bf16}, {@code torch float32 on cuda}. */
    String computedBy() {
        return runs.getFirst().computedBy();
    }

    /** Of each of its {@link Run#executions} one property, in words. */
    String ofExecutions(Function<Execution, String> property) {
        return runs.getFirst().executions().stream().map(property).distinct().collect(Collectors.joining(" then "));
    }

    /** {@link #description} and the seeds. */
    public String settingsInWords() {
        return description() + ", " + seedsInWords();
    }

    /** Percent, with the interval: {@code 57.94 [56.97, 58.90]}, of several runs {@code 58.00 ± 1.00 [55.52, 60.48] (n = 3)}. */
    public String accuracyInWords() {
        return runs.size() == 1 ? String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", accuracy(), interval().low(), interval().high())
            : String.format(Locale.ROOT, "%.2f ± %.2f [%.2f, %.2f] (n = %d)", accuracy(), deviation(), meanInterval().low(), meanInterval().high(), runs.size());
    }

    /** {@code seed 1}, {@code seeds 1 2 3}. */
    public String seedsInWords() {
        return (runs.size() == 1 ? "seed " : "seeds ") + seeds();
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
