package onebit.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import onebit.testing.RealData;
import org.junit.jupiter.api.Test;

/** The official files, from the folder that ONEBIT_DATA names; skipped without them. */
class RealCifarTest {

    @Test
    void cifar10IsWhatItIsKnownToBe() {
        Dataset data = RealData.cifar(CifarSet.CIFAR_10);
        assertEquals(50_000, data.train().count());
        assertEquals(10_000, data.test().count());
        for (int c = 0; c < 10; c++) {
            assertEquals(5_000, count(data.train(), c));
            assertEquals(1_000, count(data.test(), c));
        }
        assertEquals(List.of("frog", "truck", "truck", "deer", "automobile"),
            IntStream.range(0, 5).mapToObj(i -> data.classNames().get(data.train().label(i))).toList());
        assertChannelMeans(data.train(), 125.3, 123.0, 113.9);
    }

    @Test
    void cifar100IsWhatItIsKnownToBe() {
        Dataset data = RealData.cifar(CifarSet.CIFAR_100);
        assertEquals(50_000, data.train().count());
        assertEquals(10_000, data.test().count());
        for (int c = 0; c < 100; c++) {
            assertEquals(500, count(data.train(), c));
            assertEquals(100, count(data.test(), c));
        }
        assertChannelMeans(data.train(), 129.3, 124.1, 112.4);
    }

    /** A record's coarse label groups the fine ones by five; the groups have known names and show that ours are in order. */
    @Test
    void theNamesOfCifar100FitTheCoarseLabels() throws IOException {
        byte[] records = Files.readAllBytes(RealData.cifarFolder(CifarSet.CIFAR_100).resolve("test.bin"));
        Map<Integer, Set<String>> groups = new TreeMap<>();
        for (int at = 0; at < records.length; at += 3074)
            groups.computeIfAbsent((int) records[at], g -> new TreeSet<>()).add(CifarSet.CIFAR_100.classNames().get(records[at + 1]));
        assertEquals(20, groups.size());
        assertTrue(groups.values().stream().allMatch(group -> group.size() == 5), groups::toString);
        assertEquals("beaver dolphin otter seal whale", join(groups.get(0)), "aquatic mammals");
        assertEquals("orchid poppy rose sunflower tulip", join(groups.get(2)), "flowers");
        assertEquals("clock keyboard lamp telephone television", join(groups.get(5)), "household electrical devices");
        assertEquals("cloud forest mountain plain sea", join(groups.get(10)), "large natural outdoor scenes");
        assertEquals("baby boy girl man woman", join(groups.get(14)), "people");
        assertEquals("maple_tree oak_tree palm_tree pine_tree willow_tree", join(groups.get(17)), "trees");
        assertEquals("lawn_mower rocket streetcar tank tractor", join(groups.get(19)), "vehicles 2");
    }

    private static String join(Set<String> names) {
        return names.stream().collect(Collectors.joining(" "));
    }

    private static long count(Split split, int label) {
        return IntStream.range(0, split.count()).filter(i -> split.label(i) == label).count();
    }

    private static void assertChannelMeans(Split split, double... expected) {
        byte[] pixels = split.pixels();
        long[] sums = new long[3];
        for (int i = 0; i < pixels.length; i++) sums[i / 1024 % 3] += pixels[i] & 255;
        for (int c = 0; c < 3; c++) assertEquals(expected[c], sums[c] / (split.count() * 1024.0), 0.06);
    }
}
