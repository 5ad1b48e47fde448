package onebit.published;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * What the authors published, to be set beside what was reproduced: never in the same column. The files, which are part
 * of this library (folder {@code onebit/reference-figures}), also hold the papers' tables and figures.
 */
public final class PublishedFigures {

    /**
     * A row of the authors' results table: WRN-20-10.
     *
     * @param row                     {@code cifar10-full-bn}, ...
     * @param readmeAccuracyPercent   test accuracy in their readme
     * @param notebookAccuracyPercent the last that their notebook printed
     * @param epochs                  length of the run
     * @param kerasParameters         as Keras counts them, running averages included
     */
    public record Result(String row, double readmeAccuracyPercent, double notebookAccuracyPercent, int epochs, int kerasParameters) {}

    /**
     * A line of the authors' log of a run.
     *
     * @param epoch         1-based
     * @param lastRate      learning rate of the epoch's last step
     * @param trainLoss     cross-entropy and weight penalty, on augmented images while training
     * @param trainAccuracy 0 to 1
     * @param testLoss      cross-entropy and weight penalty
     * @param testAccuracy  0 to 1
     * @param seconds       the epoch took
     */
    public record CurvePoint(int epoch, double lastRate, double trainLoss, double trainAccuracy, double testLoss, double testAccuracy, int seconds) {}

    /**
     * A point of the authors' Gap figure: what one bit per weight costs.
     *
     * @param series                    one marker each; BWN on ImageNet has two points, the others one
     * @param fullPrecisionErrorPercent top-1, of the test set
     * @param gapPercent                error with one bit per weight, less that
     */
    public record GapPoint(String series, double fullPrecisionErrorPercent, double gapPercent) {}

    /**
     * A row of a table in the authors' Summary figure.
     *
     * @param method  with its source
     * @param cells   as printed, by column; empty where the table has none: parameters, then errors in per cent
     * @param authors whether it is the authors' own
     */
    public record ComparedMethod(String method, List<String> cells, boolean authors) {
        public ComparedMethod {
            cells = List.copyOf(cells);
        }
    }

    private PublishedFigures() {}

    /** The eight rows, in the authors' order. */
    public static List<Result> results() {
        return read("published_results.csv", line -> new Result(line.get("row"), number(line, "readme_accuracy_percent"),
            number(line, "notebook_accuracy_percent"), integer(line, "epochs"), integer(line, "keras_total_params")));
    }

    /** @throws IllegalArgumentException if the authors published no such row */
    public static Result result(String row) {
        List<Result> results = results();
        return results.stream().filter(result -> result.row().equals(row)).findFirst().orElseThrow(() -> new IllegalArgumentException(
            "The authors published no row '" + row + "'; theirs are " + results.stream().map(Result::row).toList() + "."));
    }

    /**
     * The authors' log of a row's run, an entry an epoch; that of cifar10-full-srelu lacks 16 of its 300.
     *
     * @throws IllegalArgumentException if the authors published no such row
     */
    public static List<CurvePoint> curve(String row) {
        return read("curves/" + result(row).row() + ".csv", line -> new CurvePoint(integer(line, "epoch"), number(line, "lr_end"),
            number(line, "train_loss"), number(line, "train_accuracy"), number(line, "test_loss"), number(line, "test_accuracy"), integer(line, "seconds")));
    }

    /** The Gap figure's points, in the order of its legend. */
    public static List<GapPoint> gapPoints() {
        return read("gap_points.csv", line -> new GapPoint(line.get("series"), number(line, "full_precision_error_percent"),
            number(line, "gap_percent")));
    }

    /** Table 3 of the authors' Summary figure, networks of less than 40 million parameters. Columns: parameters, C10, C100, ImageNet32 top-1 / top-5. */
    public static List<ComparedMethod> networksCompared() {
        return read("summary_table3.csv", line -> new ComparedMethod(line.get("method"), List.of(line.get("params"), hundredths(line.get("c10_error")),
            hundredths(line.get("c100_error")), line.get("imagenet32_top1_top5_error")), line.get("authors_own").equals("1")));
    }

    /** Table 4 of the authors' Summary figure, networks of one bit per weight. Columns: C10, C100, SVHN, ImageNet top-1 / top-5. */
    public static List<ComparedMethod> oneBitNetworksCompared() {
        return read("summary_table4.csv", line -> new ComparedMethod(line.get("method"), List.of(hundredths(line.get("c10_error")),
            hundredths(line.get("c100_error")), hundredths(line.get("svhn_error")), line.get("imagenet_top1_top5_error")),
            line.get("authors_own").equals("1")));
    }

    /** As the tables print errors, two decimals each: the files have 3.8 for 3.80. */
    private static String hundredths(String number) {
        return number.isEmpty() ? "" : new BigDecimal(number).setScale(2, RoundingMode.UNNECESSARY).toString();
    }

    private static <T> List<T> read(String file, Function<CSVRecord, T> line) {
        try (InputStream in = PublishedFigures.class.getResourceAsStream("/onebit/reference-figures/" + file);
             Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8);
             CSVParser csv = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get().parse(reader)) {
            return csv.stream().map(line).toList();
        } catch (IOException e) {
            throw new IllegalStateException(file + " is part of this library", e);
        }
    }

    private static double number(CSVRecord line, String column) {
        return Double.parseDouble(line.get(column));
    }

    private static int integer(CSVRecord line, String column) {
        return Integer.parseInt(line.get(column));
    }
}
