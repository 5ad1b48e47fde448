package onebit.published;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import onebit.random.CounterRandom;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;

/** A small random network of depth 8 as the authors would have stored it; tests alter it before they write it. */
final class PublishedFixture {

    final int classes;
    /** Of each convolution: bits by row, column, input channel, output channel. */
    final List<boolean[][][][]> bits = new ArrayList<>();
    /** Of each batch norm: mean and standard deviation by channel. */
    final List<float[][]> moments = new ArrayList<>();
    final List<float[][]> scalesAndOffsets = new ArrayList<>();
    final float[] constants;
    final int[] strides = {1, 1, 1, 2, 1, 2, 1, 1};
    final int[] paddings = {1, 1, 1, 1, 1, 1, 1, 0};

    PublishedFixture(int width, int classes) {
        this.classes = classes;
        CounterRandom random = new CounterRandom(7, CounterRandom.Purpose.SYNTHETIC, 0, 0);
        int w = 16 * width;
        int[] channels = {3, w, w, w, 2 * w, 2 * w, 4 * w, 4 * w, classes};
        constants = new float[channels.length - 1];
        for (int i = 0; i < constants.length; i++) {
            int kernel = i == constants.length - 1 ? 1 : 3;
            boolean[][][][] weights = new boolean[kernel][kernel][channels[i]][channels[i + 1]];
            for (var a : weights) for (var b : a) for (var c : b) for (int o = 0; o < c.length; o++) c[o] = random.nextLong() < 0;
            bits.add(weights);
            constants[i] = (float) Math.sqrt(2.0 / (kernel * kernel * channels[i]));
        }
        for (int i = 0; i < channels.length; i++) {
            float[][] moment = new float[2][channels[i]], affine = new float[2][channels[i]];
            for (int c = 0; c < channels[i]; c++) {
                moment[0][c] = (float) random.nextGaussian() * 3;
                moment[1][c] = (float) (0.3 + 5 * random.nextDouble());
                affine[0][c] = i == 0 ? (float) (0.5 + random.nextDouble()) : 1;
                affine[1][c] = i == 0 ? (float) random.nextGaussian() : 0;
            }
            moments.add(moment);
            scalesAndOffsets.add(affine);
        }
    }

    Mat5File keras() {
        Mat5File file = Mat5.newMatFile();
        // Out of order and from numbers that are not one: the order is that of the numbers.
        for (int i = bits.size() - 1; i >= 0; i--) file.addArray("conv2d" + (i == 0 ? "" : "_" + i), kernel(bits.get(i), 1));
        for (int i = moments.size() - 1; i >= 0; i--) {
            float[] variance = moments.get(i)[1].clone();
            for (int c = 0; c < variance.length; c++) variance[c] *= variance[c];
            float[][] rows = i == 0 ? new float[][] {scalesAndOffsets.getFirst()[0], scalesAndOffsets.getFirst()[1], moments.getFirst()[0], variance}
                : new float[][] {moments.get(i)[0], variance};
            Matrix matrix = Mat5.newMatrix(rows.length, variance.length, MatlabType.Single);
            for (int r = 0; r < rows.length; r++) for (int c = 0; c < variance.length; c++) matrix.setFloat(r, c, rows[r][c]);
            file.addArray("batch_normalization_v1_" + (97 + i), matrix);
        }
        return file;
    }

    Mat5File matlab() {
        return matlab("BinaryWeights", "LayerWeights", "Moments", "BNG", "BNB");
    }

    Mat5File plain() {
        return matlab("BooleanSingleBitWeights", "LayerScales", "BN_Moments", "BN_Scales", "BN_Offsets");
    }

    private Mat5File matlab(String weights, String factors, String moment, String scale, String offset) {
        Mat5File file = Mat5.newMatFile();
        file.addArray(weights, cell(bits.stream().map(b -> kernel(b, 0)).toList()));
        Matrix c = Mat5.newMatrix(constants.length, 1, MatlabType.Single);
        for (int i = 0; i < constants.length; i++) c.setFloat(i, constants[i]);
        file.addArray(factors, c);
        file.addArray(moment, cell(moments.stream().map(m -> columns(m)).toList()));
        file.addArray(scale, cell(scalesAndOffsets.stream().map(m -> columns(m[0])).toList()));
        file.addArray(offset, cell(scalesAndOffsets.stream().map(m -> columns(m[1])).toList()));
        file.addArray("Stride", row(strides));
        file.addArray("Padding", row(paddings));
        return file;
    }

    static Path write(Mat5File file, Path path) {
        try {
            Mat5.writeToFile(file, path.toFile());
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Array kernel(boolean[][][][] bits, int leadingOnes) {
        int[] size = {bits.length, bits[0].length, bits[0][0].length, bits[0][0][0].length};
        int[] dimensions = new int[leadingOnes + 4];
        java.util.Arrays.fill(dimensions, 1);
        System.arraycopy(size, 0, dimensions, leadingOnes, 4);
        Matrix matrix = Mat5.newLogical(dimensions);
        int[] at = new int[dimensions.length];
        for (int i = 0; i < size[0]; i++)
            for (int j = 0; j < size[1]; j++)
                for (int c = 0; c < size[2]; c++)
                    for (int o = 0; o < size[3]; o++) {
                        at[leadingOnes] = i;
                        at[leadingOnes + 1] = j;
                        at[leadingOnes + 2] = c;
                        at[leadingOnes + 3] = o;
                        matrix.setBoolean(at, bits[i][j][c][o]);
                    }
        return matrix;
    }

    private static Array cell(List<Array> arrays) {
        Cell cell = Mat5.newCell(1, arrays.size());
        for (int i = 0; i < arrays.size(); i++) cell.set(i, arrays.get(i));
        return cell;
    }

    private static Array columns(float[]... columns) {
        Matrix matrix = Mat5.newMatrix(columns[0].length, columns.length, MatlabType.Single);
        for (int c = 0; c < columns.length; c++) for (int r = 0; r < columns[c].length; r++) matrix.setFloat(r, c, columns[c][r]);
        return matrix;
    }

    private static Array row(int[] values) {
        Matrix matrix = Mat5.newMatrix(1, values.length, MatlabType.UInt8);
        for (int i = 0; i < values.length; i++) matrix.setInt(i, values[i]);
        return matrix;
    }
}
