package onebit.published;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.Deflater;
import onebit.model.Graph;
import onebit.model.Model;
import onebit.model.Node;
import onebit.model.PlainNet;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.model.WideResNet;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.run.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sink;
import us.hebi.matlab.mat.types.Sinks;

class MatModelTest {

    @TempDir
    Path folder;

    private Model read(Mat5File file) {
        return MatModel.read(PublishedFixture.write(file, folder.resolve("any name.mat")));
    }

    @Test
    void kerasLayoutBecomesAWideResNetWithSamePadding() {
        Model model = read(new PublishedFixture(1, 10).keras());
        assertEquals(WideResNet.graph(new WideResNet.Spec(8, 1, 10, WideResNet.Activation.BATCH_NORM, new OneBit(), new Shape(3, 32, 32),
            WideResNet.Variant.KERAS)), model.graph());
        assertEquals("cifar10", model.dataset());
    }

    @Test
    void matlabLayoutBecomesAWideResNetWithSymmetricPaddingAndReLUAtTheInput() {
        Model model = read(new PublishedFixture(2, 100).matlab());
        assertEquals(WideResNet.graph(new WideResNet.Spec(8, 2, 100, WideResNet.Activation.BATCH_NORM, new OneBit(), new Shape(3, 32, 32),
            WideResNet.Variant.MATLAB)), model.graph());
        assertEquals("cifar100", model.dataset());
    }

    @Test
    void plainLayoutBecomesTheNetworkWithoutSkips() {
        Model model = read(new PublishedFixture(1, 100).plain());
        assertEquals(PlainNet.graph(new PlainNet.Spec(8, 1, 100, new OneBit(), new Shape(3, 32, 32))), model.graph());
        assertEquals("cifar100", model.dataset());
    }

    @Test
    void bitsBecomeSignsInTheOrderOutputInputRowColumn() {
        PublishedFixture fixture = new PublishedFixture(1, 10);
        for (Mat5File file : List.of(fixture.keras(), fixture.matlab(), fixture.plain())) {
            Model model = read(file);
            List<Node.Conv> convolutions = model.graph().convolutions();
            for (int n = 0; n < convolutions.size(); n++) {
                boolean[][][][] bits = fixture.bits.get(n);
                Tensor weights = weights(model, convolutions.get(n));
                int at = 0;
                for (int o = 0; o < bits[0][0][0].length; o++)
                    for (int c = 0; c < bits[0][0].length; c++)
                        for (boolean[][][] row : bits)
                            for (boolean[][] cell : row)
                                assertEquals(cell[c][o] ? 1 : -1, weights.values()[at++], convolutions.get(n).name());
                assertEquals(weights.size(), at);
            }
        }
    }

    @Test
    void theInputsNormHasTheFilesScaleAndOffset() {
        PublishedFixture fixture = new PublishedFixture(1, 10);
        for (Mat5File file : List.of(fixture.keras(), fixture.matlab(), fixture.plain())) {
            Model model = read(file);
            assertArrayEquals(fixture.scalesAndOffsets.getFirst()[0], model.state().get("input.norm.scale").values());
            assertArrayEquals(fixture.scalesAndOffsets.getFirst()[1], model.state().get("input.norm.offset").values());
        }
    }

    @Test
    void kerasVariancesAreTakenAsTheyAre() {
        PublishedFixture fixture = new PublishedFixture(1, 10);
        Model model = read(fixture.keras());
        List<String> norms = norms(model);
        for (int n = 0; n < norms.size(); n++) {
            float[] deviation = fixture.moments.get(n)[1];
            float[] variance = model.state().get(norms.get(n) + ".variance").values();
            assertArrayEquals(fixture.moments.get(n)[0], model.state().get(norms.get(n) + ".mean").values());
            for (int c = 0; c < variance.length; c++) assertEquals(deviation[c] * deviation[c], variance[c]);
        }
    }

    @Test
    void matlabDeviationsContainEpsilonAlready() {
        PublishedFixture fixture = new PublishedFixture(1, 10);
        for (Mat5File file : List.of(fixture.matlab(), fixture.plain())) {
            Model model = read(file);
            List<String> norms = norms(model);
            for (int n = 0; n < norms.size(); n++) {
                float[] deviation = fixture.moments.get(n)[1];
                float[] variance = model.state().get(norms.get(n) + ".variance").values();
                for (int c = 0; c < variance.length; c++)
                    assertEquals(1, Math.sqrt(variance[c] + 1e-5) / deviation[c], 1e-6);
            }
        }
    }

    @Test
    void plainNetworksConstantsMoveIntoTheNormsThatFollow() {
        PublishedFixture fixture = new PublishedFixture(1, 100);
        for (int i = 0; i < fixture.constants.length; i++) fixture.constants[i] *= 1 + i;
        Model model = read(fixture.plain());
        List<String> norms = norms(model);
        for (int i = 0; i < fixture.constants.length; i++) {
            Node.Conv conv = model.graph().convolutions().get(i);
            double mean = model.state().get(norms.get(i + 1) + ".mean").values()[0];
            double deviation = Math.sqrt(model.state().get(norms.get(i + 1) + ".variance").values()[0] + 1e-5);
            float[][] moments = fixture.moments.get(i + 1);
            double sum = 3;     // of signs times inputs, as a convolution might give
            assertEquals((fixture.constants[i] * sum - moments[0][0]) / moments[1][0],
                (OneBit.scale(conv.fanIn()) * sum - mean) / deviation, 1e-5, conv.name());
        }
        assertEquals(new OneBit(), model.graph().convolutions().getFirst().quantizer());
    }

    @Test
    void residualNetworksWithOtherConstantsKeepThemInTheirWeights() {
        PublishedFixture fixture = new PublishedFixture(1, 10);
        fixture.constants[2] *= 1.5f;
        Model model = read(fixture.matlab());
        List<Node.Conv> convolutions = model.graph().convolutions();
        for (int i = 0; i < convolutions.size(); i++) {
            assertEquals(new FullPrecision(), convolutions.get(i).quantizer());
            for (float w : weights(model, convolutions.get(i)).values()) assertEquals(fixture.constants[i], Math.abs(w));
        }
    }

    @Test
    void compressedAndUncompressedFilesAreReadAlike() throws IOException {
        Mat5File mat = new PublishedFixture(1, 10).matlab();
        Model compressed = read(mat);
        Path path = folder.resolve("uncompressed.mat");
        try (Sink sink = Sinks.newStreamingFile(path.toFile())) {
            Mat5.newWriter(sink).setDeflateLevel(Deflater.NO_COMPRESSION).writeMat(mat);
        }
        assertTrue(Files.size(path) > 2 * Files.size(folder.resolve("any name.mat")));
        assertEquals(compressed.state(), MatModel.read(path).state());
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.mat"), "x".repeat(1000));
        Path hdf5 = Files.writeString(folder.resolve("v73.mat"), "MATLAB 7.3 MAT-file" + " ".repeat(1000));
        assertAll(
            () -> assertMessage("is not a MAT file", () -> MatModel.read(text)),
            () -> assertMessage("Save it in Matlab with -v7", () -> MatModel.read(hdf5)),
            () -> assertMessage("does not exist", () -> MatModel.read(folder.resolve("none.mat"))),
            () -> assertMessage("is a folder", () -> MatModel.read(folder)));
    }

    @Test
    void aTruncatedFileIsRefusedWhereverItEnds() throws IOException {
        byte[] whole = Files.readAllBytes(PublishedFixture.write(new PublishedFixture(1, 10).matlab(), folder.resolve("whole.mat")));
        for (int size = 20; size < whole.length; size += whole.length / 50) {
            Path part = Files.write(folder.resolve("part.mat"), Arrays.copyOf(whole, size));
            assertMessage(size == 128 ? "there is nothing" : "truncated", () -> MatModel.read(part));
        }
    }

    @Test
    void anAlteredBitIsNoticed() throws IOException {
        byte[] content = Files.readAllBytes(PublishedFixture.write(new PublishedFixture(1, 10).matlab(), folder.resolve("whole.mat")));
        for (int at = 160; at < content.length; at += content.length / 40) {
            byte[] altered = content.clone();
            altered[at] ^= 0x10;
            Path file = Files.write(folder.resolve("altered.mat"), altered);
            assertThrows(UserError.class, () -> MatModel.read(file), "byte " + at);
        }
    }

    @Test
    void missingKeysAreNamed() {
        Mat5File noMoments = Mat5.newMatFile();
        for (var entry : new PublishedFixture(1, 10).matlab().getEntries())
            if (!List.of("Moments", "BNB").contains(entry.getName())) noMoments.addArray(entry.getName(), entry.getValue());
        Mat5File other = Mat5.newMatFile();
        other.addArray("speed", Mat5.newScalar(3));
        assertMessage("lacks Moments, BNB", () -> read(noMoments));
        assertMessage("there is speed", () -> read(other));
    }

    @Test
    void arraysThatDoNotFitTogetherAreNamed() {
        PublishedFixture wrongStride = new PublishedFixture(1, 10), oneNormLess = new PublishedFixture(1, 10), wrongChannels = new PublishedFixture(1, 10);
        PublishedFixture learned = new PublishedFixture(1, 10), oneConvolutionLess = new PublishedFixture(1, 10), wrongKernel = new PublishedFixture(1, 10), wide = new PublishedFixture(1, 10);
        wrongStride.strides[3] = 1;
        oneNormLess.moments.removeLast();
        oneNormLess.scalesAndOffsets.removeLast();
        wrongChannels.moments.set(4, new float[][] {new float[7], {1, 1, 1, 1, 1, 1, 1}});
        learned.scalesAndOffsets.get(3)[0][5] = 1.25f;
        oneConvolutionLess.bits.removeLast();
        wrongKernel.bits.set(4, new boolean[3][3][32][31]);
        wide.bits.set(0, new boolean[3][3][3][242 * 16]);
        assertAll(
            () -> assertMessage("convolution 4 has stride 1 and padding 1; in a WRN-8-1 it has 2 and 1", () -> read(wrongStride.matlab())),
            () -> assertMessage("it has 8 batch norms; a WRN-8-1 has 9", () -> read(oneNormLess.keras())),
            () -> assertMessage("batch norm 5 is for 7 channels; in a WRN-8-1 it is for 32", () -> read(wrongChannels.keras())),
            () -> assertMessage("batch norm 4 has a learned scale or offset", () -> read(learned.matlab())),
            () -> assertMessage("it has 7 convolutions; expected were 6n + 2", () -> read(oneConvolutionLess.keras())),
            () -> assertMessage("convolution 5 has", () -> read(wrongKernel.keras())),
            () -> assertMessage("its first convolution has 3872 outputs; expected were at most 3856", () -> read(wide.keras())),
            () -> assertMessage("it tells 11 classes apart", () -> read(new PublishedFixture(1, 11).keras())));
    }

    @Test
    void arraysOfAnotherKindOrShapeAreNamed() {
        PublishedFixture wide = new PublishedFixture(1, 10), negative = new PublishedFixture(1, 10), cellLess = new PublishedFixture(1, 10);
        wide.bits.set(4, new boolean[3][2][32][32]);
        negative.constants[2] = -1;
        cellLess.scalesAndOffsets.removeLast();
        assertAll(
            () -> assertMessage("should be the bits of a square kernel", () -> read(wide.matlab())),
            () -> assertMessage("'LayerWeights' should hold positive numbers, not -1.0", () -> read(negative.matlab())),
            () -> assertMessage("should have an array for each batch norm; they have 9, 8 and 8", () -> read(cellLess.matlab())),
            () -> assertMessage("should hold bits, 0 and 1; it holds 2.0", () -> read(replaced(new PublishedFixture(1, 10).keras(), "conv2d", twos()))),
            () -> assertMessage("'Stride' should hold a number for each of the 8 convolutions; it holds 1", () -> read(replaced(new PublishedFixture(1, 10).matlab(), "Stride", Mat5.newScalar(1)))),
            () -> assertMessage("'batch_normalization", () -> read(replaced(new PublishedFixture(1, 10).keras(), "batch_normalization_v1_99", Mat5.newScalar(1)))));
    }

    /** The file with another array under one name. */
    private static Mat5File replaced(Mat5File file, String name, Array array) {
        Mat5File other = Mat5.newMatFile();
        for (var entry : file.getEntries()) other.addArray(entry.getName(), entry.getName().equals(name) ? array : entry.getValue());
        assertTrue(StreamSupport.stream(file.getEntries().spliterator(), false).anyMatch(entry -> entry.getName().equals(name)), name);
        return other;
    }

    private static Array twos() {
        Matrix matrix = Mat5.newMatrix(new int[] {1, 3, 3, 3, 16}, MatlabType.Single);
        for (int i = 0; i < matrix.getNumElements(); i++) matrix.setFloat(i, 2);
        return matrix;
    }

    @Test
    void normsThatOneCannotDivideByAreRefused() {
        PublishedFixture zero = new PublishedFixture(1, 10), infinite = new PublishedFixture(1, 10);
        zero.moments.get(2)[1][3] = 0;
        infinite.moments.get(2)[0][3] = Float.POSITIVE_INFINITY;
        assertAll(
            () -> assertMessage("'batch_normalization_v1_99' should hold numbers, and positive variances", () -> read(zero.keras())),
            () -> assertMessage("'Moments{3}' and its scale and offset should be numbers", () -> read(infinite.matlab())));
    }

    private static void assertMessage(String part, Executable action) {
        String message = assertThrows(UserError.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static Tensor weights(Model model, Node.Conv conv) {
        return model.state().get(Graph.Role.WEIGHT.of(conv.name()));
    }

    private static List<String> norms(Model model) {
        return model.graph().nodes().stream().filter(n -> n instanceof Node.BatchNorm).map(Node::name).toList();
    }
}
