package onebit.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import onebit.data.CifarSet;
import onebit.data.Progress;
import onebit.data.Split;
import onebit.data.TestBatch;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Model;
import onebit.model.Node;
import onebit.model.Shape;
import onebit.quant.OneBit;
import onebit.reference.ReferenceEngine;
import onebit.testing.PublishedScore;
import onebit.testing.RealData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On the authors' five files, in the folder that {@code ONEBIT_PUBLISHED} names; skipped without it. */
class PublishedFilesTest {

    private Map<PublishedModel, Path> files;

    @BeforeEach
    void find() {
        files = PublishedModels.ofUser().fetch(Optional.of(RealData.folder("ONEBIT_PUBLISHED")), Progress.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "keras-cifar10,   cifar10,  20, 160, 10,  26737120",
        "matlab-cifar10,  cifar10,  20, 160, 10,  26737120",
        "keras-cifar100,  cifar100, 20, 160, 100, 26794720",
        "matlab-cifar100, cifar100, 20, 160, 100, 26794720",
        "plain-cifar100,  cifar100, 20, 64,  100, 4303552"})
    void haveThePublishedNumbersOfLayersChannelsAndBits(String id, String dataset, int depth, int channels, int classes, int bits) throws IOException {
        PublishedModel published = PublishedScore.model(id);
        Model model = MatModel.read(files.get(published));
        assertEquals(dataset, model.dataset());
        assertEquals(dataset, published.dataset());
        assertEquals(depth, model.graph().convolutions().size());
        assertEquals(channels, model.graph().convolutions().getFirst().outputChannels());
        assertEquals(classes, model.graph().classes());
        assertEquals(bits, model.graph().convolutions().stream().mapToInt(Node.Conv::weights).sum());
        for (Node.Conv conv : model.graph().convolutions()) {
            assertEquals(new OneBit(), conv.quantizer());
            for (float sign : model.state().get(conv.name() + ".weight").values()) assertTrue(sign == 1 || sign == -1);
        }
    }

    /**
     * For each layout: what PyTorch (float32) gives for the same files, read by SciPy, and the first test image: the first ten
     * classes' logits. Wrong padding, order of weights or constants would show at once.
     */
    @ParameterizedTest
    @CsvSource({
        "keras-cifar10,   -0.426138 -0.388084 -0.328445 2.941719 -0.287750 -0.303155 -0.271173 -0.281698 -0.354487 -0.226373",
        "matlab-cifar100, -0.814858 -0.552568 -0.551264 0.439655 0.322487 -0.131653 -0.348240 -0.156184 -0.102190 -0.901525",
        "plain-cifar100,  -29.770295 -50.270256 108.597763 -10.170766 -47.231361 12.244745 -54.028240 9.631035 9.064858 -68.211868"})
    void giveTheLogitsOfAnIndependentImplementation(String id, String expected) throws IOException {
        Model model = MatModel.read(files.get(PublishedScore.model(id)));
        float[] logits = new float[model.graph().classes()];
        try (Network network = new ReferenceEngine().network(model.graph(), NetworkOptions.inference(Precision.FLOAT64).withBatchSize(1))) {
            network.load(model.state());
            network.evaluate(new TestBatch(firstTestImage(model), 0, 1), logits);
        }
        double[] published = Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();
        double greatest = Arrays.stream(published).map(Math::abs).max().orElseThrow();
        for (int c = 0; c < published.length; c++) assertEquals(published[c], logits[c], 2e-5 * greatest, "class " + c);
    }

    /** The first record of the official file: one or two labels, of which the last is the class, then the pixels. */
    private static Split firstTestImage(Model model) throws IOException {
        CifarSet set = CifarSet.named(model.dataset());
        Shape shape = model.graph().inputShape();
        int labels = set.labelBytes();
        try (InputStream in = Files.newInputStream(RealData.cifarFolder(set).resolve(set.test().name()))) {
            byte[] first = in.readNBytes(labels + shape.size());
            return new Split(shape, Arrays.copyOfRange(first, labels, first.length), new byte[] {first[labels - 1]});
        }
    }
}
