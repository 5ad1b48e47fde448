package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import onebit.engine.Batch;
import onebit.model.Shape;
import org.junit.jupiter.api.Test;

class BatchesTest {

    private final Split split = GeneratedDataset.of(new Shape(3, 8, 8), 5, 22, 1, 1).train();

    @Test
    void anEpochGivesItsOrderInFullBatchesOfAugmentedImages() {
        Augmentation augmentation = new ShiftFlipCutout();
        var epoch = new TrainingEpoch(split, augmentation, 17, 3, 5);
        int[] order = EpochOrder.of(17, 3, 22);
        assertEquals(4, epoch.steps());
        float[] expected = new float[192], actual = new float[192];
        for (int step = 0; step < 4; step++) {
            Batch batch = epoch.batch(step);
            assertEquals(5, batch.size());
            for (int i = 0; i < 5; i++) {
                int image = order[step * 5 + i];
                assertEquals(split.label(image), batch.label(i));
                augmentation.read(split, image, 17, 3, expected);
                batch.read(i, actual);
                assertArrayEquals(expected, actual);
            }
            assertThrows(IndexOutOfBoundsException.class, () -> batch.label(5));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> epoch.batch(4));
    }

    @Test
    void withoutAugmentationTrainingImagesAreAsTheyAre() {
        Batch batch = new TrainingEpoch(split, Augmentation.NONE, 17, 1, 22).batch(0);
        float[] expected = new float[192], actual = new float[192];
        split.read(EpochOrder.of(17, 1, 22)[21], expected);
        batch.read(21, actual);
        assertArrayEquals(expected, actual);
    }

    @Test
    void batchesThatCannotBeFilledAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TrainingEpoch(split, Augmentation.NONE, 1, 1, 23));
        assertThrows(IllegalArgumentException.class, () -> new TrainingEpoch(split, Augmentation.NONE, 1, 0, 5));
        assertThrows(IllegalArgumentException.class, () -> new TestBatch(split, 20, 3));
    }

    @Test
    void testBatchesCoverAllImagesInOrder() {
        List<TestBatch> batches = TestBatch.all(split, 8);
        assertEquals(List.of(8, 8, 6), batches.stream().map(TestBatch::size).toList());
        float[] expected = new float[192], actual = new float[192];
        int image = 0;
        for (Batch batch : batches) {
            for (int i = 0; i < batch.size(); i++, image++) {
                assertEquals(split.label(image), batch.label(i));
                split.read(image, expected);
                batch.read(i, actual);
                assertArrayEquals(expected, actual);
            }
        }
        assertEquals(22, image);
    }
}
