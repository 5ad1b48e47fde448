package onebit.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import onebit.data.CifarSet.DataFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** A data set like CIFAR, only small: random records in the official layout, and the archives that would hold it. */
final class CifarFixture {

    final CifarSet set;
    /** Records by file name. */
    final Map<String, byte[]> files = new LinkedHashMap<>();
    final byte[] officialArchive;

    private CifarFixture(CifarSet like, int[] trainImages, int testImages) throws IOException {
        var random = new Random(42);
        List<DataFile> train = new ArrayList<>();
        for (int i = 0; i < like.train().size(); i++) train.add(file(like.train().get(i).name(), like, trainImages[i], random));
        DataFile test = file(like.test().name(), like, testImages, random);
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put(like.folder() + "/batches.meta.txt", "names".getBytes());
        files.forEach((name, bytes) -> content.put(like.folder() + "/" + name, bytes));
        officialArchive = tarGz(content);
        set = new CifarSet(like.name(), like.title(), like.folder(), train, test, like.labelBytes(), like.labelAt(), like.classNames(),
            like.archive(), Checksum.of(Checksum.Algorithm.MD5, officialArchive));
    }

    static CifarFixture cifar10() throws IOException {
        return new CifarFixture(CifarSet.CIFAR_10, new int[] {4, 3, 2, 5, 1}, 6);
    }

    static CifarFixture cifar100() throws IOException {
        return new CifarFixture(CifarSet.CIFAR_100, new int[] {7}, 3);
    }

    private DataFile file(String name, CifarSet like, int images, Random random) {
        byte[] content = new byte[images * like.recordBytes()];
        random.nextBytes(content);
        for (int i = 0; i < images; i++)
            for (int k = 0; k < like.labelBytes(); k++) content[i * like.recordBytes() + k] = (byte) random.nextInt(like.classNames().size());
        files.put(name, content);
        return new DataFile(name, images, Checksum.of(Checksum.Algorithm.MD5, content));
    }

    Path writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (var file : files.entrySet()) Files.write(folder.resolve(file.getKey()), file.getValue());
        return folder;
    }

    /** The package as npm would leave it: a PNG sheet a file, an image a row. */
    byte[] npmArchive() throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        StringBuilder train = new StringBuilder("["), test = new StringBuilder("[");
        for (DataFile file : set.files()) {
            byte[] records = files.get(file.name());
            var sheet = new BufferedImage(1024, file.images(), BufferedImage.TYPE_INT_RGB);
            StringBuilder labels = file.equals(set.test()) ? test : train;
            for (int image = 0; image < file.images(); image++) {
                int at = image * 3073;
                labels.append(labels.length() == 1 ? "" : ",").append(records[at]);
                for (int i = 0; i < 1024; i++)
                    sheet.setRGB(i, image, (records[at + 1 + i] & 255) << 16 | (records[at + 1025 + i] & 255) << 8 | records[at + 2049 + i] & 255);
            }
            var png = new ByteArrayOutputStream();
            ImageIO.write(sheet, "png", png);
            content.put("package/" + file.name().replace(".bin", ".png"), png.toByteArray());
        }
        content.put("package/package.json", "{}".getBytes());
        content.put("package/train_lables.json", train.append("]").toString().getBytes());
        content.put("package/test_lables.json", test.append("]").toString().getBytes());
        return tarGz(content);
    }

    static byte[] tarGz(Map<String, byte[]> content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            for (var file : content.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
