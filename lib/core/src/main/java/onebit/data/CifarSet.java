package onebit.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import onebit.model.Shape;
import onebit.run.UserError;

/**
 * What CIFAR-10 or CIFAR-100 consists of, in its official binary version. A file is a row of records, each of some label
 * bytes and 3,072 pixel bytes: red, green and blue planes of 32x32, row by row.
 *
 * @param name            on the command line
 * @param title           for people
 * @param folder          of the files, in the archive
 * @param train           files of training images, in order
 * @param labelBytes      label bytes in a record
 * @param labelAt         which of them is the class
 * @param archive         the official archive's name
 * @param archiveChecksum of that
 */
public record CifarSet(String name, String title, String folder, List<DataFile> train, DataFile test, int labelBytes,
                       int labelAt, List<String> classNames, String archive, Checksum archiveChecksum) {

    /** A file of {@code images} records. */
    public record DataFile(String name, int images, Checksum checksum) {}

    public static final Shape SHAPE = new Shape(3, 32, 32);

    /** 10 classes, 50,000 training and 10,000 test images. */
    public static final CifarSet CIFAR_10 = new CifarSet("cifar10", "CIFAR-10", "cifar-10-batches-bin",
        List.of(new DataFile("data_batch_1.bin", 10_000, Checksum.md5("5dd7e06a14cb22eb9f671a540d1b7c25")),
            new DataFile("data_batch_2.bin", 10_000, Checksum.md5("5ea93a67294ea407fff1d09f752e9692")),
            new DataFile("data_batch_3.bin", 10_000, Checksum.md5("942cd6a4bcdd0dd3c604fbe906cb4421")),
            new DataFile("data_batch_4.bin", 10_000, Checksum.md5("ae636b3ba5c66a11e91e8cb52e771fcb")),
            new DataFile("data_batch_5.bin", 10_000, Checksum.md5("53f37980c15c3d472c316c40844f3f0d"))),
        new DataFile("test_batch.bin", 10_000, Checksum.md5("803d5f7f4d78ea53de84dbe85f74fb6d")), 1, 0,
        List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        "cifar-10-binary.tar.gz", Checksum.md5("c32a1d4ab5d03f1284b67883e8d87530"));

    /** 100 classes (the fine labels), 50,000 training and 10,000 test images. */
    public static final CifarSet CIFAR_100 = new CifarSet("cifar100", "CIFAR-100", "cifar-100-binary",
        List.of(new DataFile("train.bin", 50_000, Checksum.md5("6172c7755cfe09b2fe270c85cebc1b15"))),
        new DataFile("test.bin", 10_000, Checksum.md5("4499cfba6c016c1be1438163640a0898")), 2, 1, fineLabelNames(),
        "cifar-100-binary.tar.gz", Checksum.md5("03b5dce01913d631647c71ecec9e9cb8"));

    public static final List<CifarSet> ALL = List.of(CIFAR_10, CIFAR_100);

    public CifarSet {
        train = List.copyOf(train);
        classNames = List.copyOf(classNames);
    }

    /** @throws UserError if there is none of this name, listing the names */
    public static CifarSet named(String name) {
        return ALL.stream().filter(set -> set.name.equals(name)).findFirst()
            .orElseThrow(() -> new UserError("Unknown data set '" + name + "'; there are cifar10 and cifar100."));
    }

    /** In all files of training images. */
    public int trainingImages() {
        return train.stream().mapToInt(DataFile::images).sum();
    }

    /** Training files, then the test file. */
    public List<DataFile> files() {
        return Stream.concat(train.stream(), Stream.of(test)).toList();
    }

    int recordBytes() {
        return labelBytes + SHAPE.size();
    }

    private static List<String> fineLabelNames() {
        try (InputStream in = CifarSet.class.getResourceAsStream("fine_label_names")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException("fine_label_names is part of this library", e);
        }
    }
}
