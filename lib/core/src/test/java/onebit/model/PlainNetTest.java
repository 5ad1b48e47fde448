package onebit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import onebit.quant.OneBit;
import org.junit.jupiter.api.Test;

class PlainNetTest {

    private final Graph published = PlainNet.graph(PlainNet.Spec.published());

    @Test
    void hasThePublishedModelsConvolutions() {
        List<Node.Conv> convolutions = published.convolutions();
        assertEquals(20, convolutions.size());
        assertEquals(List.of(7, 13), IntStream.range(0, 20).filter(i -> convolutions.get(i).stride() == 2).boxed().toList());
        assertEquals(List.of(3, 64, 64, 64, 64, 64, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256, 256, 256, 256, 256),
            convolutions.stream().map(Node.Conv::inputChannels).toList());
        assertEquals(100, convolutions.getLast().outputChannels());
        for (Node.Conv c : convolutions.subList(0, 19)) {
            assertEquals(3, c.kernel());
            assertEquals(Padding.symmetric(1), c.padding());
        }
        assertEquals(1, convolutions.getLast().kernel());
        assertEquals(Padding.NONE, convolutions.getLast().padding());
    }

    @Test
    void everyConvolutionReadsALearnedNormAndRelu() {
        for (Node.Conv c : published.convolutions()) {
            Node.ReLU relu = (Node.ReLU) published.node(c.input());
            assertTrue(((Node.BatchNorm) published.node(relu.input())).affine());
        }
        assertTrue(((Node.BatchNorm) published.node("last.scores")).affine());
        assertEquals(21, published.nodes().stream().filter(n -> n instanceof Node.BatchNorm).count());
        assertFalse(published.nodes().stream().anyMatch(n -> n instanceof Node.Add));
    }

    @Test
    void scoresAreSummedOverAllPositions() {
        assertEquals(new Shape(100, 8, 8), published.shape("last.scores"));
        assertEquals(64, ((Node.Scale) published.node("sum")).factor());
        Graph small = PlainNet.graph(new PlainNet.Spec(8, 1, 10, new OneBit(), new Shape(1, 28, 28)));
        assertEquals(49, ((Node.Scale) small.node("sum")).factor());
    }

    @Test
    void refusesWhatNoNetworkCanBe() {
        assertThrows(IllegalArgumentException.class, () -> new PlainNet.Spec(19, 4, 100, new OneBit(), new Shape(3, 32, 32)));
        assertThrows(IllegalArgumentException.class, () -> new PlainNet.Spec(20, 0, 100, new OneBit(), new Shape(3, 32, 32)));
        assertThrows(IllegalArgumentException.class, () -> new PlainNet.Spec(20, 4, 100, new OneBit(), new Shape(3, 31, 32)));
    }
}
