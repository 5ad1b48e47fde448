package onebit.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import onebit.data.Download.Patience;
import onebit.run.UserError;
import onebit.testing.JavaProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {

    private static final Patience SHORT = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMillis(1), 3);

    private static final String INTERRUPTED = "The download of data.bin was interrupted; run the command again and it goes on where it stopped.";

    @TempDir Path folder;
    private final byte[] content = new byte[300_000];
    private FileServer server;

    @BeforeEach
    void serve() throws IOException {
        new Random(1).nextBytes(content);
        server = new FileServer(content, "/file");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fetchesIntoAFolderThatIsNotThereYetAndTellsItsProgress() throws IOException {
        List<Long> done = new ArrayList<>();
        download().fetch((task, n, total, unit) -> {
            assertEquals("Downloading data.bin", task);
            assertEquals(content.length, total);
            assertEquals("bytes", unit);
            done.add(n);
        });
        assertFetched();
        assertEquals(0, done.getFirst());
        assertEquals(content.length, done.getLast());
        assertEquals(done.stream().sorted().toList(), done);
    }

    @Test
    void aFileThatIsThereAndRightIsNotFetchedAgainAndAWrongOneIs() throws IOException {
        Files.createDirectories(target().getParent());
        Files.write(target(), content);
        download().fetch(Progress.NONE);
        assertEquals(List.of(), server.ranges);
        Files.write(target(), new byte[5]);
        download().fetch(Progress.NONE);
        assertFetched();
    }

    @Test
    void followsRedirects() throws IOException {
        new Download(server.at("/moved"), target(), checksum(content), SHORT).fetch(Progress.NONE);
        assertFetched();
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws IOException {
        server.cutAfter = 70_000;
        server.cuts = 10;
        download().fetch(Progress.NONE);
        assertFetched();
        List<Long> starts = server.ranges.stream().map(range -> range.isEmpty() ? 0 : Long.parseLong(range.replaceAll("\\D", ""))).toList();
        assertTrue(starts.size() >= 5, starts::toString);
        assertEquals(starts.stream().sorted().distinct().toList(), starts, "each request is for less than the one before");
    }

    @Test
    void givesUpAfterSomeAttemptsWithoutProgressKeepsThePartAndGoesOnNextTime() throws IOException {
        server.cutAfter = 100_000;
        server.cuts = 1;
        download(new Patience(SHORT.connect(), SHORT.stall(), SHORT.pause(), 1), content).fetchExpecting("broke the connection off");
        long kept = Files.size(part());
        assertTrue(kept > 0 && kept <= 100_000, () -> kept + " bytes");
        assertFalse(Files.exists(target()));
        download().fetch(Progress.NONE);
        assertFetched();
        assertEquals(List.of("", "bytes=" + kept + "-"), server.ranges);
    }

    @Test
    void startsOverWhenTheServerKnowsNoRanges() throws IOException {
        server.cutAfter = 100_000;
        server.cuts = 2;
        server.knowsRanges = false;
        download().fetch(Progress.NONE);
        assertFetched();
        assertEquals(3, server.ranges.size());
        assertEquals("", server.ranges.getFirst());
        assertTrue(server.ranges.stream().skip(1).allMatch(range -> range.matches("bytes=[1-9]\\d*-")), server.ranges::toString);
    }

    @Test
    void startsOverWhenTheFileOnTheServerHasChangedMeanwhile() throws IOException {
        Files.createDirectories(target().getParent());
        Files.write(part(), new byte[1000]);
        Files.writeString(target().resolveSibling("data.bin.part.version"), "\"former\"");
        download().fetch(Progress.NONE);
        assertFetched();
        assertEquals(List.of("bytes=1000-"), server.ranges);
    }

    @Test
    void startsOverOnceWhenAnOldPartTurnsOutToBeOfAnotherFile() throws IOException {
        Files.createDirectories(target().getParent());
        Files.write(part(), new byte[1000]);
        download().fetch(Progress.NONE);
        assertFetched();
        assertEquals(List.of("bytes=1000-", ""), server.ranges);
    }

    @Test
    void aPartThatIsWholeOnlyNeedsItsName() throws IOException {
        Files.createDirectories(target().getParent());
        Files.write(part(), content);
        download().fetch(Progress.NONE);
        assertFetched();
    }

    @Test
    void aPartLongerThanTheFileIsThrownAway() throws IOException {
        Files.createDirectories(target().getParent());
        Files.write(part(), Arrays.copyOf(content, content.length + 1));
        download().fetch(Progress.NONE);
        assertFetched();
    }

    @Test
    void refusesContentWithAnotherChecksumAndLeavesNothingOfIt() throws IOException {
        byte[] other = content.clone();
        other[123] ^= 1;
        download(SHORT, other).fetchExpecting("data.bin could not be downloaded: " + server.at("/file") + " sent another file than expected: its MD5 should be "
            + checksum(other).hex() + " and is " + checksum(content).hex());
        assertFalse(Files.exists(target()));
        assertFalse(Files.exists(part()));
    }

    @Test
    void saysThatTheServerDoesNotHaveTheFile() {
        server.status = 404;
        download(SHORT, content).fetchExpecting(server.at("/file") + " does not have this file (404)");
        assertEquals(1, server.ranges.size());
    }

    @Test
    void triesAgainWhenTheServerIsOverloaded() {
        server.status = 503;
        download(SHORT, content).fetchExpecting("is out of order or overloaded (503)");
        assertEquals(3, server.ranges.size());
    }

    @Test
    void saysThatThereIsNoConnection() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        URI nobody = URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port + "/file");
        UserError error = assertThrows(UserError.class, () -> new Download(nobody, target(), checksum(content), SHORT).fetch(Progress.NONE));
        assertEquals("data.bin could not be downloaded: " + nobody
            + " cannot be reached (no connection). Check the network connection and run the command again.", error.getMessage());
    }

    @Test
    void saysThatTheServersNameIsUnknown() {
        URI nowhere = URI.create("http://no-such-host.invalid/file");
        UserError error = assertThrows(UserError.class, () -> new Download(nowhere, target(), checksum(content), SHORT).fetch(Progress.NONE));
        assertTrue(error.getMessage().contains("cannot be reached"), error.getMessage());
    }

    @Test
    void doesNotWaitForeverForAServerThatFallsSilent() throws IOException {
        server.silent = true;
        download(new Patience(SHORT.connect(), Duration.ofSeconds(3), SHORT.pause(), 1), content).fetchExpecting("stopped answering (nothing for 3 s)");
        assertTrue(Files.size(part()) > 0, "what has come is kept");
    }

    @Test
    void interruptedBeforeItBeginsOrWhileItReceivesItSaysSoAndGoesOnNextTime() throws IOException {
        Thread.currentThread().interrupt();
        download(SHORT, content).fetchExpecting(INTERRUPTED);
        assertTrue(Thread.interrupted(), "the caller sees the interrupt");

        Thread caller = Thread.currentThread();
        UserError written = assertThrows(UserError.class, () -> new Download(server.at("/file"), target(), checksum(content), SHORT).fetch((task, done, total, unit) -> {
            if (done > 0) caller.interrupt(); // what comes next is written, or read, by an interrupted thread
        }));
        assertEquals(INTERRUPTED, written.getMessage());
        assertTrue(Thread.interrupted());
        assertTrue(Files.size(part()) > 0, "what has come is kept");
        download().fetch(Progress.NONE);
        assertFetched();
    }

    @Test
    void interruptedWhileItWaitsForASilentServerItSaysSo() {
        server.silent = true;
        Thread caller = Thread.currentThread();
        UserError error = assertThrows(UserError.class, () -> new Download(server.at("/file"), target(), checksum(content), SHORT).fetch((task, done, total, unit) -> {
            if (done == content.length / 2) Thread.startVirtualThread(() -> {
                while (caller.getState() == Thread.State.RUNNABLE) Thread.onSpinWait();
                caller.interrupt();
            });
        }));
        assertEquals(INTERRUPTED, error.getMessage());
        assertTrue(Thread.interrupted());
    }

    @Test
    void refusesToWriteWhatAnotherIsWriting() throws IOException {
        Files.createDirectories(target().getParent());
        try (var channel = FileChannel.open(part(), StandardOpenOption.CREATE, StandardOpenOption.WRITE); var lock = channel.lock()) {
            assertTrue(lock.isValid());
            download(SHORT, content).fetchExpecting("Another OneBit is downloading");
        }
        download().fetch(Progress.NONE);
        assertFetched();
    }

    @Test
    void isAloneAtItsPartAfterTheChecksumWasFoundWrongToo() throws Exception {
        Files.createDirectories(target().getParent());
        Files.write(part(), new byte[1000]); // of another file, which its checksum shows
        List<String> others = new ArrayList<>();
        download().fetch((task, done, total, unit) -> {
            if (server.ranges.size() == 2 && others.isEmpty()) others.add(fetchedByAnotherProcess());
        });
        assertFetched();
        assertEquals(1, others.size());
        assertTrue(others.getFirst().contains("Another OneBit is downloading " + target()), others::toString);
    }

    private String fetchedByAnotherProcess() {
        try {
            return JavaProcess.of(OtherProcess.class).run(folder.resolve("output"), server.at("/file").toString(), target().toString(), checksum(content).hex());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fetches a file, too. */
    static final class OtherProcess {
        public static void main(String[] arguments) {
            try {
                new Download(URI.create(arguments[0]), Path.of(arguments[1]), Checksum.md5(arguments[2]), SHORT).fetch(Progress.NONE);
                System.out.println("fetched");
            } catch (UserError e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void whatAnotherProcessFetchedBeforeThePartWasLockedIsNotFetchedAgain() throws Exception {
        Files.createDirectories(target().getParent());
        Files.write(target(), content);
        try (var channel = FileChannel.open(part(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            download().fetchLocked(channel, Progress.NONE);
        }
        assertFetched();
        assertEquals(List.of(), server.ranges);
    }

    @Test
    void saysWhyItCannotWrite() throws IOException {
        Files.writeString(folder.resolve("below"), "a file where the folder should be");
        download(SHORT, content).fetchExpecting("could not be written");
    }

    private Path target() {
        return folder.resolve("below/data.bin");
    }

    private Path part() {
        return folder.resolve("below/data.bin.part");
    }

    private Download download() {
        return new Download(server.at("/file"), target(), checksum(content), SHORT);
    }

    private Expectation download(Patience patience, byte[] expected) {
        return message -> {
            UserError error = assertThrows(UserError.class,
                () -> new Download(server.at("/file"), target(), checksum(expected), patience).fetch(Progress.NONE));
            assertTrue(error.getMessage().contains(message), error.getMessage());
        };
    }

    @FunctionalInterface
    private interface Expectation {
        void fetchExpecting(String message);
    }

    private void assertFetched() throws IOException {
        assertArrayEquals(content, Files.readAllBytes(target()));
        try (var files = Files.list(target().getParent())) {
            assertEquals(List.of(target()), files.toList(), "nothing else is left");
        }
    }

    private static Checksum checksum(byte[] content) {
        return Checksum.of(Checksum.Algorithm.MD5, content);
    }
}
