package onebit.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.run.AtomicFile;
import onebit.run.UserError;

/** A folder that holds the files of a {@link CifarSet}, or is thought to. */
record CifarFolder(Path path, CifarSet set) {

    /** The same images as published for other languages, and a file that shows it. */
    private record OtherVersion(String language, String title, String folder, String file) {
        static final List<OtherVersion> ALL = List.of(
            new OtherVersion("Python", "CIFAR-10", "cifar-10-batches-py", "data_batch_1"),
            new OtherVersion("Python", "CIFAR-100", "cifar-100-python", "train"),
            new OtherVersion("MATLAB", "CIFAR-10", "cifar-10-batches-mat", "data_batch_1.mat"),
            new OtherVersion("MATLAB", "CIFAR-100", "cifar-100-matlab", "train.mat"));
    }

    /**
     * Finds the files in a folder that the user gave: in it, or in its subfolder of the official name.
     *
     * @throws UserError if they are not there, saying what is there instead as far as that is known
     */
    static CifarFolder in(Path given, CifarSet set) {
        CifarFolder most = Stream.of(given, given.resolve(set.folder())).map(place -> new CifarFolder(place, set))
            .min(Comparator.comparingInt(folder -> folder.missing().size())).orElseThrow();
        if (most.missing().size() == set.files().size()) throw new UserError(whatIsWrong(given, set));
        return most;
    }

    private static String whatIsWrong(Path given, CifarSet set) {
        String remedy = " Give a folder with " + set.files().getFirst().name() + " and the other files of " + set.archive()
            + ", or none, and OneBit fetches them.";
        if (!Files.exists(given)) return "The data folder " + given + " does not exist." + remedy;
        if (!Files.isDirectory(given)) return "The data folder " + given + " is a file. If it is an archive, unpack it." + remedy;
        for (CifarSet other : CifarSet.ALL) {
            for (Path place : List.of(given, given.resolve(other.folder()))) {
                if (new CifarFolder(place, other).isComplete() && !other.name().equals(set.name()))
                    return place + " holds " + other.title() + ", not " + set.title() + ". To have both, give a folder with the subfolders "
                        + CifarSet.ALL.stream().map(CifarSet::folder).collect(Collectors.joining(" and ")) + ".";
            }
        }
        for (OtherVersion other : OtherVersion.ALL) {
            for (Path place : List.of(given, given.resolve(other.folder()))) {
                if (Files.isRegularFile(place.resolve(other.file())))
                    return place + " holds the " + other.language() + " version of " + other.title() + "; OneBit reads the binary version." + remedy;
            }
        }
        return given + " does not hold " + set.title() + ": neither it nor its subfolder " + set.folder() + " has "
            + set.files().getFirst().name() + "." + remedy;
    }

    boolean isComplete() {
        return missing().isEmpty();
    }

    private List<String> missing() {
        return set.files().stream().map(CifarSet.DataFile::name).filter(name -> !Files.isRegularFile(path.resolve(name))).toList();
    }

    /**
     * Reads all files; what is returned has the official checksums.
     *
     * @param remedy what to do if a file is not the official one: the sentence that ends the message
     * @throws UserError if a file is missing, unreadable, truncated or altered: which, what was expected and what found
     */
    Dataset read(String remedy, Progress progress) {
        List<String> missing = missing();
        if (!missing.isEmpty())
            throw new UserError(path + " lacks " + String.join(", ", missing) + " of " + set.title() + ". " + remedy);
        int images = set.trainingImages(), total = images + set.test().images(), done = 0;
        String task = "Reading " + set.title();
        var train = new Images(images);
        progress.update(task, 0, total, "images");
        for (CifarSet.DataFile file : set.train()) {
            read(file, train, done, remedy);
            progress.update(task, done += file.images(), total, "images");
        }
        var test = new Images(set.test().images());
        read(set.test(), test, 0, remedy);
        progress.update(task, total, total, "images");
        Map<String, Checksum> checksums = new LinkedHashMap<>();
        for (CifarSet.DataFile file : set.files()) checksums.put(file.name(), file.checksum());
        return new Dataset(set.name(), set.title(), set.classNames(), train.split(), test.split(), checksums, path.toString());
    }

    private record Images(byte[] pixels, byte[] labels) {
        Images(int count) {
            this(new byte[count * CifarSet.SHAPE.size()], new byte[count]);
        }

        Split split() {
            return new Split(CifarSet.SHAPE, pixels, labels);
        }
    }

    /**
     * Writes a file of the set; it takes its place once its checksum is right.
     *
     * @param content all of it; not closed
     * @throws SourceUnavailable if the content cannot be read or is not the official one; nothing is left of it
     * @throws UserError         if the file cannot be written
     */
    void write(CifarSet.DataFile file, InputStream content) throws SourceUnavailable {
        MessageDigest digest = file.checksum().algorithm().digest();
        byte[] piece = new byte[1 << 16];
        try {
            AtomicFile.write(path.resolve(file.name()), out -> {
                for (int n; (n = read(content, piece)) >= 0; ) {
                    digest.update(piece, 0, n);
                    out.write(piece, 0, n);
                }
                Checksum found = Checksum.of(file.checksum().algorithm(), digest);
                if (!found.equals(file.checksum())) throw new UncheckedIOException(new IOException("its "
                    + found.algorithm().label() + " should be " + file.checksum().hex() + " and is " + found.hex()));
            });
        } catch (UncheckedIOException e) {
            throw new SourceUnavailable("gave another " + file.name() + " than expected: " + e.getCause().getMessage(), e);
        }
    }

    /**
     * Where an origin may unpack what it needs besides the files: on the disk that will hold them, which that of temporary files may be
     * too small for; of a fixed name, so that what a killed process left is found.
     */
    Path temporary() {
        return path.resolve("npm.part");
    }

    /** Removes {@link #temporary} and all in it, if it is there. */
    void deleteTemporary() throws IOException {
        if (!Files.exists(temporary())) return;
        try (var files = Files.walk(temporary())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    /** Removes what a killed process may have left behind; only for who alone writes here. */
    void deleteLeftovers() throws IOException {
        deleteTemporary();
        try (var files = Files.newDirectoryStream(path, "*.bin.*.part")) {
            for (Path file : files) Files.delete(file);
        }
    }

    /** Unchecked, to tell a failure of the source from one of the disk. */
    private static int read(InputStream content, byte[] piece) {
        try {
            return content.read(piece);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Digests the very bytes that will be used, not the file once more. */
    private void read(CifarSet.DataFile file, Images images, int first, String remedy) {
        Path from = path.resolve(file.name());
        MessageDigest digest = file.checksum().algorithm().digest();
        byte[] record = new byte[set.recordBytes()];
        long expectedBytes = (long) file.images() * record.length;
        try {
            long bytes = Files.size(from);
            if (bytes != expectedBytes)
                throw new UserError(from + " is " + (bytes < expectedBytes ? "truncated" : "altered") + ": it should have "
                    + expectedBytes + " bytes and has " + bytes + ". " + remedy);
            try (var in = new DataInputStream(new BufferedInputStream(new DigestInputStream(Files.newInputStream(from), digest), 1 << 18))) {
                for (int i = first; i < first + file.images(); i++) {
                    in.readFully(record);
                    images.labels()[i] = record[set.labelAt()];
                    System.arraycopy(record, set.labelBytes(), images.pixels(), i * CifarSet.SHAPE.size(), CifarSet.SHAPE.size());
                }
            }
        } catch (EOFException e) {
            throw new UserError(from + " became shorter while it was read. " + remedy, e);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(from, e);
        }
        file.checksum().verify(Checksum.of(file.checksum().algorithm(), digest), from, remedy);
    }
}
