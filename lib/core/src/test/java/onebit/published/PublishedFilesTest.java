package onebit.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import onebit.data.Progress;
import onebit.model.Model;
import onebit.model.Node;
import onebit.quant.OneBit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On the authors' five files, in the folder that {@code ONEBIT_PUBLISHED} names; skipped without it. */
class PublishedFilesTest {

    private Map<PublishedModel, Path> files;

    @BeforeEach
    void find() {
        String folder = System.getenv("ONEBIT_PUBLISHED");
        assumeTrue(folder != null && !folder.isBlank(), "ONEBIT_PUBLISHED does not name a folder with the authors' models");
        files = PublishedModels.ofUser().fetch(Optional.of(Path.of(folder)), Progress.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "keras-cifar10,   cifar10,  20, 160, 10,  26737120",
        "matlab-cifar10,  cifar10,  20, 160, 10,  26737120",
        "keras-cifar100,  cifar100, 20, 160, 100, 26794720",
        "matlab-cifar100, cifar100, 20, 160, 100, 26794720",
        "plain-cifar100,  cifar100, 20, 64,  100, 4303552"})
    void haveThePublishedNumbersOfLayersChannelsAndBits(String id, String dataset, int depth, int channels, int classes, int bits) throws IOException {
        PublishedModel published = PublishedModel.named(id).orElseThrow();
        assertEquals(Optional.of(published), PublishedModel.recognise(files.get(published)));
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
}
