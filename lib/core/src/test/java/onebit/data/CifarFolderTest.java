package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import onebit.run.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data in a folder that the user gave. */
class CifarFolderTest {

    @TempDir Path folder;
    private CifarFixture cifar10, cifar100;

    @BeforeEach
    void make() throws IOException {
        cifar10 = CifarFixture.cifar10();
        cifar100 = CifarFixture.cifar100();
    }

    @Test
    void readsRecordsInTheOrderOfTheFiles() throws IOException {
        Dataset data = load(cifar10.writeTo(folder), cifar10);
        assertEquals(15, data.train().count());
        assertEquals(6, data.test().count());
        assertImage(cifar10, "data_batch_1.bin", 0, data.train(), 0);
        assertImage(cifar10, "data_batch_2.bin", 0, data.train(), 4);
        assertImage(cifar10, "data_batch_5.bin", 0, data.train(), 14);
        assertImage(cifar10, "test_batch.bin", 5, data.test(), 5);
        assertEquals("cifar10", data.name());
        assertEquals(10, data.classes());
        assertEquals(List.copyOf(cifar10.files.keySet()), List.copyOf(data.checksums().keySet()));
        assertEquals(cifar10.set.test().checksum(), data.checksums().get("test_batch.bin"));
        assertEquals(folder.toString(), data.source());
    }

    @Test
    void takesTheFineLabelOfCifar100() throws IOException {
        Dataset data = load(cifar100.writeTo(folder), cifar100);
        assertEquals(100, data.classes());
        for (int i = 0; i < 7; i++) assertImage(cifar100, "train.bin", i, data.train(), i);
    }

    @Test
    void findsTheOfficialSubfoldersOfBothSets() throws IOException {
        cifar10.writeTo(folder.resolve("cifar-10-batches-bin"));
        cifar100.writeTo(folder.resolve("cifar-100-binary"));
        assertEquals(15, load(folder, cifar10).train().count());
        assertEquals(7, load(folder, cifar100).train().count());
    }

    @Test
    void reportsProgressInImages() throws IOException {
        cifar10.writeTo(folder);
        long[] last = new long[2];
        new CifarSources(Optional.of(folder), folder, List.of()).load(cifar10.set, (task, done, total, unit) -> {
            assertEquals("Reading CIFAR-10", task);
            assertEquals("images", unit);
            last[0] = done;
            last[1] = total;
        });
        assertArrayEquals(new long[] {21, 21}, last);
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        Path file = cifar10.writeTo(folder).resolve("data_batch_3.bin");
        Files.write(file, Arrays.copyOf(cifar10.files.get("data_batch_3.bin"), 5000));
        assertRefused(file + " is truncated: it should have 6146 bytes and has 5000. Unpack cifar-10-binary.tar.gz again");
    }

    @Test
    void refusesAnAlteredFile() throws IOException {
        Path file = cifar10.writeTo(folder).resolve("test_batch.bin");
        byte[] content = cifar10.files.get("test_batch.bin").clone();
        content[4000] ^= 1;
        Files.write(file, content);
        assertRefused(file + " is truncated or altered: its MD5 should be " + cifar10.set.test().checksum().hex() + " and is "
            + Checksum.of(Checksum.Algorithm.MD5, content).hex());
    }

    @Test
    void refusesAFolderThatLacksFiles() throws IOException {
        cifar10.writeTo(folder);
        Files.delete(folder.resolve("data_batch_2.bin"));
        Files.delete(folder.resolve("test_batch.bin"));
        assertRefused(folder + " lacks data_batch_2.bin, test_batch.bin of CIFAR-10.");
    }

    @Test
    void saysThatAFolderHoldsTheOtherSet() throws IOException {
        cifar100.writeTo(folder);
        assertRefused(folder + " holds CIFAR-100, not CIFAR-10.");
    }

    @Test
    void saysThatAFolderHoldsTheOtherSetInItsSubfolder() throws IOException {
        cifar100.writeTo(folder.resolve("cifar-100-binary"));
        assertRefused(folder.resolve("cifar-100-binary") + " holds CIFAR-100, not CIFAR-10.");
    }

    @Test
    void saysThatAFolderHoldsAnotherVersion() throws IOException {
        Files.createFile(folder.resolve("data_batch_1"));
        assertRefused(folder + " holds the Python version of CIFAR-10; OneBit reads the binary version. Give a folder with data_batch_1.bin");
        Files.delete(folder.resolve("data_batch_1"));
        Path matlab = Files.createDirectory(folder.resolve("cifar-100-matlab"));
        Files.createFile(matlab.resolve("train.mat"));
        assertRefused(matlab + " holds the MATLAB version of CIFAR-100");
    }

    @Test
    void saysWhatItLookedForInAnEmptyFolder() {
        assertRefused(folder + " does not hold CIFAR-10: neither it nor its subfolder cifar-10-batches-bin has data_batch_1.bin.");
    }

    @Test
    void saysThatTheFolderIsNoneOrNotThere() throws IOException {
        UserError none = assertThrows(UserError.class, () -> load(folder.resolve("none"), cifar10));
        assertTrue(none.getMessage().startsWith("The data folder " + folder.resolve("none") + " does not exist."), none.getMessage());
        Path archive = Files.write(folder.resolve("cifar-10-binary.tar.gz"), cifar10.officialArchive);
        UserError file = assertThrows(UserError.class, () -> load(archive, cifar10));
        assertTrue(file.getMessage().startsWith("The data folder " + archive + " is a file. If it is an archive, unpack it."), file.getMessage());
    }

    @Test
    void knowsTheNamesOfItsSets() {
        assertEquals(CifarSet.CIFAR_100, CifarSet.named("cifar100"));
        UserError error = assertThrows(UserError.class, () -> CifarSet.named("cifar"));
        assertEquals("Unknown data set 'cifar'; there are cifar10 and cifar100.", error.getMessage());
    }

    private static Dataset load(Path given, CifarFixture fixture) {
        return new CifarSources(Optional.of(given), given, List.of()).load(fixture.set, Progress.NONE);
    }

    private void assertRefused(String message) {
        UserError error = assertThrows(UserError.class, () -> load(folder, cifar10));
        assertTrue(error.getMessage().startsWith(message), error.getMessage());
    }

    private static void assertImage(CifarFixture fixture, String file, int record, Split split, int image) {
        CifarSet set = fixture.set;
        int at = record * (set.labelBytes() + 3072);
        byte[] content = fixture.files.get(file);
        assertEquals(content[at + set.labelBytes() - 1] & 255, split.label(image));
        float[] values = new float[3072];
        split.read(image, values);
        for (int i = 0; i < values.length; i++) assertEquals(content[at + set.labelBytes() + i] & 255, values[i]);
    }
}
