package onebit.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onebit.data.Checksum;

/**
 * One of the five one-bit networks that the authors published with their code.
 *
 * @param id              as {@code onebit data published} prints it: {@code keras-cifar10}
 * @param title           for people
 * @param path            in the authors' repository
 * @param fileName        in the user's cache
 * @param bytes           the file's size
 * @param checksum        of the file
 * @param dataset         {@code cifar10} or {@code cifar100}
 * @param accuracyPercent on the 10,000 test images, in percent
 */
public record PublishedModel(String id, String title, String path, String fileName, long bytes, Checksum checksum,
                             String dataset, double accuracyPercent) {

    /** All five. */
    public static final List<PublishedModel> ALL = List.of(
        new PublishedModel("keras-cifar10", "Keras, CIFAR-10, WRN-20-10",
            "TrainedModels/Tensorflow.keras/CIFAR10_allparams.mat",
            "keras-cifar10-wrn-20-10-1bit-bn.mat", 3_919_709,
            Checksum.sha256("c1b73fa8820cfe2cc23e0728f7aebbfb02c49c68608da28c96aa78e554acc1f2"), "cifar10", 96.25),
        new PublishedModel("matlab-cifar10", "Matlab, CIFAR-10, WRN-20-10",
            "TrainedModels/Matlab/TrainedWideResNet20-10_CIFAR10_1-bit-per-weight-4MB.mat",
            "matlab-cifar10-wrn-20-10-1bit-bn.mat", 4_080_382,
            Checksum.sha256("c8b0c1e3452f2b275b8eafea2e925e67f3c554a5aa90778fe7adbb54ab32d38e"), "cifar10", 96.18),
        new PublishedModel("keras-cifar100", "Keras, CIFAR-100, WRN-20-10",
            "TrainedModels/Tensorflow.keras/CIFAR100_allparams.mat",
            "keras-cifar100-wrn-20-10-1bit-bn.mat", 3_676_858,
            Checksum.sha256("285b1b89fe2c4b87606d31e60faa822681c5bb2394ec5aeef50c3d125050a798"), "cifar100", 81.83),
        new PublishedModel("matlab-cifar100", "Matlab, CIFAR-100, WRN-20-10",
            "TrainedModels/Matlab/TrainedWideResNet20-10_CIFAR100_1-bit-per-weight-4MB.mat",
            "matlab-cifar100-wrn-20-10-1bit-bn.mat", 3_830_827,
            Checksum.sha256("18c83e38a7632a06aca2d6f0279d9606c4ecc6f2f14d8c2305d035f391d98688"), "cifar100", 82.09),
        new PublishedModel("plain-cifar100", "Matlab, CIFAR-100, plain 20-4",
            "TrainedModels/Matlab/PlainNets/CIFAR100_20-4-Plain_644kB.mat",
            "matlab-cifar100-plain-20-4-1bit-bn.mat", 658_912,
            Checksum.sha256("f7c1a16dd57b782bc4cc0f81543836565dd839f2a8311ce8e35383919e91605d"), "cifar100", 75.50));

    /** Whether the file is this one, whatever its name; by its content. */
    boolean isIn(Path file) throws IOException {
        return Files.size(file) == bytes && checksum.matches(file);
    }

    /** Its name in the authors' repository, without folders. */
    String authorsFileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
