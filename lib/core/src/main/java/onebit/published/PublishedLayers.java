package onebit.published;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import onebit.model.Tensor;
import onebit.published.MatVariables.NumericArray;

/**
 * What a published file holds, in the network's order and in this project's orders of indices, whatever its layout.
 *
 * @param layout       which of the three
 * @param convolutions +1 and -1 in the order (output channel, input channel, row, column)
 * @param constants    what each convolution's signs are multiplied by; empty if the file leaves it to the method
 * @param norms        batch norms
 * @param strides      of each convolution; empty if the file does not say
 * @param paddings     rows and columns on every side, of each convolution; empty if the file does not say
 */
record PublishedLayers(Layout layout, List<Tensor> convolutions, List<Float> constants, List<Norm> norms,
                       List<Integer> strides, List<Integer> paddings) {

    /** The three kinds of file. */
    enum Layout {
        KERAS("Keras layout"), MATLAB("Matlab layout"), PLAIN("plain Matlab layout");

        private final String title;

        Layout(String title) {
            this.title = title;
        }

        /** For messages. */
        String title() {
            return title;
        }
    }

    /** Which of its two spreads a file gives for a batch norm. */
    enum Spread { VARIANCE, DEVIATION }

    /**
     * A batch norm.
     *
     * @param spread variance, or standard deviation with epsilon inside: see {@code kind}
     */
    record Norm(float[] mean, float[] spread, Spread kind, float[] scale, float[] offset) {

        int channels() {
            return mean.length;
        }

        /**
         * The variance to store so that {@code sqrt(variance + epsilon)} is what the file's network divides by.
         *
         * @param factor on mean and deviation
         */
        float[] variance(double epsilon, double factor) {
            float[] variance = new float[spread.length];
            for (int i = 0; i < variance.length; i++) {
                double squared = switch (kind) {
                    case VARIANCE -> spread[i] + epsilon;
                    case DEVIATION -> (double) spread[i] * spread[i];
                };
                variance[i] = (float) (squared * factor * factor - epsilon);
            }
            return variance;
        }

        float[] mean(double factor) {
            float[] scaled = new float[mean.length];
            for (int i = 0; i < scaled.length; i++) scaled[i] = (float) (mean[i] * factor);
            return scaled;
        }

        /** Whether one can divide by it and go on with the result. */
        boolean usable() {
            for (float[] values : List.of(mean, spread, scale, offset)) for (float v : values) if (!Float.isFinite(v)) return false;
            for (float s : spread) if (s <= 0) return false;
            return true;
        }

        /** Whether it has no learned scale and offset: ones and zeros. */
        boolean plain() {
            for (float s : scale) if (s != 1) return false;
            for (float o : offset) if (o != 0) return false;
            return true;
        }
    }

    private static final Pattern KERAS_CONVOLUTION = Pattern.compile("conv2d(?:_(\\d{1,9}))?");
    private static final Pattern KERAS_NORM = Pattern.compile("batch_normalization(?:_v\\d+)?(?:_(\\d{1,9}))?");
    private static final String MATLAB_BITS = "BinaryWeights", PLAIN_BITS = "BooleanSingleBitWeights";

    /** Recognises the layout by the variables' names. */
    static PublishedLayers of(MatVariables file) {
        if (file.names().contains(MATLAB_BITS))
            return matlab(file, Layout.MATLAB, MATLAB_BITS, "LayerWeights", "Moments", "BNG", "BNB");
        if (file.names().contains(PLAIN_BITS))
            return matlab(file, Layout.PLAIN, PLAIN_BITS, "LayerScales", "BN_Moments", "BN_Scales", "BN_Offsets");
        if (file.names().stream().anyMatch(name -> KERAS_CONVOLUTION.matcher(name).matches())) return keras(file);
        throw file.error("this MAT file holds none of the published networks' layouts. Expected were conv2d, conv2d_1, ... and "
            + "batch_normalization, ... (Keras), " + MATLAB_BITS + " (Matlab) or " + PLAIN_BITS + " (plain); there is "
            + (file.names().isEmpty() ? "nothing" : String.join(", ", file.names().stream().limit(8).toList())) + ".");
    }

    private static PublishedLayers keras(MatVariables file) {
        List<Tensor> convolutions = new ArrayList<>();
        for (String name : numbered(file, KERAS_CONVOLUTION)) convolutions.add(signs(file, file.array(name), 1));
        List<Norm> norms = new ArrayList<>();
        List<String> names = numbered(file, KERAS_NORM);
        if (names.isEmpty()) throw file.error("this file in the " + Layout.KERAS.title() + " lacks batch_normalization, ....");
        for (String name : names) {
            NumericArray rows = file.array(name);
            int expected = norms.isEmpty() ? 4 : 2;
            if (rows.dimensions() != 2 || rows.size(0) != expected)
                throw file.error("'" + name + "' should have " + expected + " rows, "
                    + (expected == 4 ? "scale, offset, mean and variance" : "mean and variance") + "; it is " + rows.shape() + ".");
            float[] mean = rows.row(expected - 2), variance = rows.row(expected - 1);
            Norm norm = norms.isEmpty() ? new Norm(mean, variance, Spread.VARIANCE, rows.row(0), rows.row(1))
                : new Norm(mean, variance, Spread.VARIANCE, filled(mean.length, 1), filled(mean.length, 0));
            if (!norm.usable()) throw file.error("'" + name + "' should hold numbers, and positive variances.");
            norms.add(norm);
        }
        return new PublishedLayers(Layout.KERAS, convolutions, List.of(), norms, List.of(), List.of());
    }

    /** Keras numbers a program's layers in the order they are made; the first of a kind has no number. */
    private static List<String> numbered(MatVariables file, Pattern pattern) {
        record Numbered(String name, int number) {}
        List<Numbered> found = new ArrayList<>();
        for (String name : file.names()) {
            Matcher matcher = pattern.matcher(name);
            if (matcher.matches()) found.add(new Numbered(name, matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1))));
        }
        return found.stream().sorted(Comparator.comparingInt(Numbered::number)).map(Numbered::name).toList();
    }

    private static PublishedLayers matlab(MatVariables file, Layout layout, String bits, String constants, String moments,
                                          String scales, String offsets) {
        file.require(layout.title(), bits, constants, moments, scales, offsets, "Stride", "Padding");
        List<Tensor> convolutions = file.cells(bits).stream().map(array -> signs(file, array, 0)).toList();
        List<NumericArray> momentCells = file.cells(moments), scaleCells = file.cells(scales), offsetCells = file.cells(offsets);
        if (scaleCells.size() != momentCells.size() || offsetCells.size() != momentCells.size())
            throw file.error(moments + ", " + scales + " and " + offsets + " should have an array for each batch norm; they have "
                + momentCells.size() + ", " + scaleCells.size() + " and " + offsetCells.size() + ".");
        List<Norm> norms = new ArrayList<>();
        for (int i = 0; i < momentCells.size(); i++) {
            NumericArray moment = momentCells.get(i);
            if (moment.dimensions() != 2 || moment.size(1) != 2)
                throw file.error("'" + moment.name() + "' should have two columns, mean and standard deviation; it is " + moment.shape() + ".");
            Norm norm = new Norm(moment.column(0), moment.column(1), Spread.DEVIATION, scaleCells.get(i).values(), offsetCells.get(i).values());
            if (norm.scale.length != norm.channels() || norm.offset.length != norm.channels())
                throw file.error("'" + moment.name() + "' is for " + norm.channels() + " channels, '" + scaleCells.get(i).name() + "' for "
                    + norm.scale.length + " and '" + offsetCells.get(i).name() + "' for " + norm.offset.length + ".");
            if (!norm.usable()) throw file.error("'" + moment.name() + "' and its scale and offset should be numbers, and standard deviations positive.");
            norms.add(norm);
        }
        List<Float> factors = new ArrayList<>();
        for (float c : ofEachConvolution(file, constants, convolutions.size())) {
            if (!(c > 0) || Float.isInfinite(c)) throw file.error("'" + constants + "' should hold positive numbers, not " + c + ".");
            factors.add(c);
        }
        return new PublishedLayers(layout, convolutions, factors, norms,
            integers(ofEachConvolution(file, "Stride", convolutions.size())),
            integers(ofEachConvolution(file, "Padding", convolutions.size())));
    }

    private static float[] ofEachConvolution(MatVariables file, String name, int convolutions) {
        NumericArray array = file.array(name);
        if (array.size() != convolutions)
            throw file.error("'" + name + "' should hold a number for each of the " + convolutions + " convolutions; it holds "
                + array.size() + ".");
        return array.values();
    }

    private static List<Integer> integers(float[] values) {
        List<Integer> integers = new ArrayList<>();
        for (float v : values) integers.add(Math.round(v));
        return integers;
    }

    /** Bits (row, column, input channel, output channel), after {@code skip} dimensions of size 1, as signs. */
    private static Tensor signs(MatVariables file, NumericArray bits, int skip) {
        boolean fits = bits.dimensions() <= skip + 4;
        for (int d = 0; d < skip; d++) fits &= bits.size(d) == 1;
        int rows = bits.size(skip), columns = bits.size(skip + 1), inputs = bits.size(skip + 2), outputs = bits.size(skip + 3);
        if (!fits || rows != columns || bits.size() == 0)
            throw file.error("'" + bits.name() + "' should be the bits of a square kernel, " + (skip == 1 ? "1 x " : "")
                + "rows x columns x input channels x output channels; it is " + bits.shape() + ".");
        float[] signs = new float[bits.size()];
        int at = 0;
        for (int o = 0; o < outputs; o++)
            for (int c = 0; c < inputs; c++)
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < columns; j++) {
                        float bit = bits.value(i + rows * (j + columns * (c + inputs * o)));
                        if (bit != 0 && bit != 1) throw file.error("'" + bits.name() + "' should hold bits, 0 and 1; it holds " + bit + ".");
                        signs[at++] = bit == 1 ? 1 : -1;
                    }
        return new Tensor(List.of(outputs, inputs, rows, columns), signs);
    }

    private static float[] filled(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }
}
