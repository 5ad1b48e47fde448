package onebit.kit.analysis;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.kit.results.WilsonInterval;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/**
 * How a network does with the images of one class.
 *
 * @param images   1 or more
 * @param right    0 to images
 * @param takenFor the other class that most of its images were taken for, and how many; empty if all are right
 */
public record ClassAccuracy(String name, int images, int right, Optional<Confusion> takenFor) {

    public record Confusion(String name, int images) {}

    /** @param of all predictions for images of one class, one or more */
    static ClassAccuracy of(List<String> classNames, List<Predictions.Prediction> of) {
        Map<Integer, Long> wrong = of.stream().filter(p -> !p.right()).collect(Collectors.groupingBy(Predictions.Prediction::predicted, TreeMap::new, Collectors.counting()));
        Optional<Confusion> most = wrong.entrySet().stream().max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
            .map(e -> new Confusion(classNames.get(e.getKey()), e.getValue().intValue()));
        return new ClassAccuracy(classNames.get(of.getFirst().label()), of.size(), (int) of.stream().filter(Predictions.Prediction::right).count(), most);
    }

    public double accuracyPercent() {
        return 100.0 * right / images;
    }

    /** With Wilson's 95 % interval for so many images. */
    public static Table table(String title, List<ClassAccuracy> classes) {
        StringColumn name = StringColumn.create("Class"), takenFor = StringColumn.create("Most often taken for");
        IntColumn images = IntColumn.create("Images"), right = IntColumn.create("Right");
        DoubleColumn accuracy = DoubleColumn.create("Accuracy, %"), low = DoubleColumn.create("95 % interval from, %"), high = DoubleColumn.create("to, %");
        for (ClassAccuracy c : classes) {
            WilsonInterval interval = WilsonInterval.of(c.right, c.images);
            name.append(c.name);
            images.append(c.images);
            right.append(c.right);
            accuracy.append(c.accuracyPercent());
            low.append(interval.low());
            high.append(interval.high());
            takenFor.append(c.takenFor.map(other -> other.name + " (" + other.images + ")").orElse(""));
        }
        for (DoubleColumn column : List.of(accuracy, low, high)) column.setPrintFormatter(NumberColumnFormatter.fixedWithGrouping(1));
        return Table.create(title, name, images, right, accuracy, low, high, takenFor);
    }

    /**
     * The classes from best to worst, for a table of at most {@code rows} lines: all if they are so few, else the best and
     * the worst.
     */
    public static List<ClassAccuracy> bestAndWorst(List<ClassAccuracy> classes, int rows) {
        List<ClassAccuracy> sorted = classes.stream().sorted(Comparator.comparingDouble(ClassAccuracy::accuracyPercent).reversed()).toList();
        if (sorted.size() <= rows) return sorted;
        return Stream.concat(sorted.stream().limit(rows - rows / 2), sorted.stream().skip(sorted.size() - rows / 2)).toList();
    }
}
