package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import onebit.model.Graph;
import onebit.model.Node;
import onebit.model.Shape;
import org.junit.jupiter.api.Test;

class RandomGraphsTest {

    private static final int SEEDS = 200;

    @Test
    void aSeedAlwaysGivesTheSameCase() {
        assertEquals(RandomGraphs.of(5), RandomGraphs.of(5));
        assertNotEquals(RandomGraphs.of(5), RandomGraphs.of(13));
    }

    @Test
    void fewSeedsCoverEveryNodeTypeOddSizesAndOddChannels() {
        Set<Class<?>> types = new HashSet<>();
        Set<Integer> sizes = new HashSet<>(), channels = new HashSet<>(), strides = new HashSet<>();
        LongStream.range(0, 24).mapToObj(RandomGraphs::graph).forEach(graph -> {
            graph.nodes().forEach(n -> types.add(n.getClass()));
            sizes.add(graph.inputShape().height());
            graph.convolutions().forEach(c -> {
                channels.add(c.outputChannels());
                strides.add(c.stride());
            });
        });
        assertEquals(Set.of(Node.class.getPermittedSubclasses()).stream().filter(c -> c != Node.Unary.class).count()
            + Arrays.stream(Node.Unary.class.getPermittedSubclasses()).count(), types.size());
        assertTrue(sizes.containsAll(List.of(5, 7, 9, 13)), sizes.toString());
        assertTrue(channels.containsAll(List.of(3, 5, 10, 17)), channels.toString());
        assertEquals(Set.of(1, 2), strides);
    }

    @Test
    void everyStoredTensorIsReadByOneChainAndAtMostOneSkip() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Graph graph = RandomGraphs.graph(seed);
            Node last = graph.convolutions().getLast();
            for (Node.Conv conv : graph.convolutions()) {
                if (conv == last) continue;
                List<Node> readers = graph.readers(conv.name());
                Node stored = readers.getFirst() instanceof Node.Add add && add.left().equals(conv.name()) ? add : conv;
                assertChainAndSkip(graph, stored.name());
            }
            assertEquals(1, graph.readers("input").size());
        }
    }

    private static void assertChainAndSkip(Graph graph, String stored) {
        int chains = 0, skips = 0;
        for (Node reader : graph.readers(stored)) {
            if (reader instanceof Node.AveragePool pool) {
                Node doubling = assertInstanceOf(Node.ChannelDoubling.class, graph.readers(pool.name()).getFirst());
                assertInstanceOf(Node.Add.class, graph.readers(doubling.name()).getFirst());
                skips++;
            } else if (reader instanceof Node.Add) {
                skips++;
            } else {
                Node node = reader;
                if (node instanceof Node.BatchNorm) node = onlyReader(graph, node);
                if (node instanceof Node.ReLU || node instanceof Node.ShiftedReLU) node = onlyReader(graph, node);
                assertInstanceOf(Node.Conv.class, node);
                chains++;
            }
        }
        assertEquals(1, chains, stored);
        assertTrue(skips <= 1, stored);
    }

    private static Node onlyReader(Graph graph, Node node) {
        assertEquals(1, graph.readers(node.name()).size());
        return graph.readers(node.name()).getFirst();
    }

    @Test
    void syntheticImagesArePixelValuesAndDiffer() {
        SyntheticBatch batch = new SyntheticBatch(new Shape(3, 8, 8), 10, 50, 1);
        Set<Integer> labels = new HashSet<>();
        Set<List<Float>> images = new HashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            float[] pixels = new float[3 * 8 * 8];
            batch.read(i, pixels);
            Float[] boxed = new Float[pixels.length];
            for (int j = 0; j < pixels.length; j++) {
                assertTrue(pixels[j] >= 0 && pixels[j] <= 255 && pixels[j] == Math.rint(pixels[j]));
                boxed[j] = pixels[j];
            }
            images.add(List.of(boxed));
            labels.add(batch.label(i));
        }
        assertEquals(50, images.size());
        assertEquals(10, labels.size());
    }
}
