package onebit.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import onebit.run.AtomicFile;
import onebit.run.LockAttempt;
import onebit.run.UserError;

/**
 * A file fetched by HTTP(S). What has arrived is kept beside the target under the name {@code TARGET.part}, so that a cut
 * or killed download goes on where it stopped; the target appears, in one step, when its checksum has been verified.
 *
 * @param target   the folder is created if absent
 * @param expected of the whole file
 */
public record Download(URI source, Path target, Checksum expected, Patience patience) {

    /**
     * How long to wait for a server.
     *
     * @param connect  for a connection; one that cannot be made at all is not tried again
     * @param stall    for an answer, and for more of it
     * @param pause    before the second attempt; doubled for each one after it
     * @param attempts without a byte of progress before giving up
     */
    public record Patience(Duration connect, Duration stall, Duration pause, int attempts) {
        public static final Patience USUAL = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(1), 4);
    }

    /** The server failed this once; another attempt may do. The message goes on from the source's name. */
    private static final class Passing extends IOException {
        Passing(String reason) {
            super(reason);
        }
    }

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:(\\d+)-\\d+|\\*)/(\\d+|\\*)");

    public Download(URI source, Path target, Checksum expected) {
        this(source, target, expected, Patience.USUAL);
    }

    public Download {
        target = target.toAbsolutePath();
    }

    /**
     * Fetches the file unless it is there and right.
     *
     * @throws UserError saying in a sentence what stood in the way: no network, no such file, altered content, a full
     *                   disk, another process at the same download, an interrupt, which the caller's thread then still has
     */
    public void fetch(Progress progress) {
        try {
            fetchOrSayWhyNot(progress);
        } catch (SourceUnavailable e) {
            throw new UserError(target.getFileName() + " could not be downloaded: " + source + " " + e.getMessage()
                + ". Check the network connection and run the command again.", e);
        }
    }

    /** As {@link #fetch}, for a caller that has another source to try; {@link UserError} only for what no source would mend. */
    void fetchOrSayWhyNot(Progress progress) throws SourceUnavailable {
        try {
            if (isFetched()) return;
            Files.createDirectories(target.getParent());
            try (FileChannel file = FileChannel.open(part(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                 LockAttempt lock = LockAttempt.on(file)) {
                if (lock.outcome() == LockAttempt.Outcome.BUSY) // without any locks the checksum still decides
                    throw new UserError("Another OneBit is downloading " + target + "; run the command again when it has finished.");
                fetchLocked(file, progress);
            }
        } catch (UncheckedIOException e) {
            throw stopped(e.getCause());
        } catch (IOException e) {
            throw stopped(e);
        }
    }

    /** Removes the file, whole or in part. */
    void delete() throws IOException {
        for (Path file : List.of(target, part(), validatorFile())) Files.deleteIfExists(file);
    }

    private boolean isFetched() {
        try {
            return Files.isRegularFile(target) && expected.matches(target);
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(target, e);
        }
    }

    /**
     * Makes the part whole and right and gives it its name, unless another process has done so before it was locked.
     *
     * @param file the part; as long as it is open no other channel of it may be closed: on Unix the lock would go with that
     */
    void fetchLocked(FileChannel file, Progress progress) throws SourceUnavailable, IOException {
        if (isFetched()) {
            Files.deleteIfExists(part());
        } else {
            try {
                fetchInto(file, progress);
            } catch (SourceUnavailable e) {
                if (file.size() == 0) {
                    Files.deleteIfExists(part());
                    Files.deleteIfExists(validatorFile());
                }
                throw e;
            }
            AtomicFile.publish(file, part(), target);
        }
        Files.deleteIfExists(validatorFile());
    }

    /** Bytes of the file that are there, whole or in part. */
    long received() throws IOException {
        for (Path file : List.of(target, part()))
            if (Files.exists(file)) return Files.size(file);
        return 0;
    }

    private Path part() {
        return target.resolveSibling(target.getFileName() + ".part");
    }

    /** An interrupt closes the file, whatever the thread was at, which the next use of the file finds. */
    private UserError stopped(IOException e) {
        return e instanceof ClosedByInterruptException ? interrupted(e) : AtomicFile.cannotWrite(part(), e);
    }

    /** Makes {@code file} whole and right. */
    private void fetchInto(FileChannel file, Progress progress) throws SourceUnavailable, IOException {
        try (HttpClient client = HttpClient.newBuilder().proxy(new EnvironmentProxy(System.getenv()))
                .followRedirects(HttpClient.Redirect.NORMAL).connectTimeout(patience.connect()).build()) {
            try {
                boolean resumed = file.size() > 0;
                for (;;) {
                    receiveAll(client, file, progress);
                    Checksum found = Checksum.of(expected.algorithm(), Channels.newInputStream(file.position(0)));
                    if (found.equals(expected)) return;
                    restart(file);
                    // A piece left by an earlier run may be of another version of the file; a whole one is the server's.
                    if (!resumed)
                        throw new SourceUnavailable("sent another file than expected: its " + expected.algorithm().label() + " should be "
                            + expected.hex() + " and is " + found.hex());
                    resumed = false;
                }
            } finally {
                client.shutdownNow();
            }
        }
    }

    /** Asks again after each cut, until the server says that this was all. */
    private void receiveAll(HttpClient client, FileChannel file, Progress progress) throws SourceUnavailable {
        boolean everReceived = false;
        for (int failures = 0; ; ) {
            long before = size(file);
            try {
                receive(client, file, progress);
                return;
            } catch (IOException e) {
                boolean advanced = size(file) > before;
                everReceived |= advanced;
                failures = advanced ? 1 : failures + 1;
                boolean noAnswer = e instanceof ConnectException || e instanceof HttpTimeoutException || e instanceof SSLHandshakeException;
                boolean hopeless = noAnswer && !everReceived;
                if (hopeless || failures >= patience.attempts()) throw new SourceUnavailable(reason(e), e);
                sleep(patience.pause().multipliedBy(1L << failures - 1));
            }
        }
    }

    /**
     * One request, for what is missing.
     *
     * @throws IOException           if the network failed on the way
     * @throws UncheckedIOException  if the disk failed
     */
    private void receive(HttpClient client, FileChannel file, Progress progress) throws IOException, SourceUnavailable {
        long offset = size(file);
        var request = HttpRequest.newBuilder(source).timeout(patience.stall()).header("User-Agent", "onebit");
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
            validator().ifPresent(v -> request.header("If-Range", v));
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try (InputStream body = response.body()) {
            Matcher range = CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
            boolean ranged = range.matches();
            int status = response.statusCode();
            switch (status) {
                case 200 -> {
                    if (offset > 0) restart(file); // the server knows no ranges, or the file is another by now
                    keepValidator(response);
                    copy(body, file, response.headers().firstValueAsLong("Content-Length").orElse(-1), progress);
                }
                case 206 -> {
                    if (!ranged || !String.valueOf(offset).equals(range.group(1))) {
                        restart(file);
                        throw new Passing("sent another part of the file than was asked for");
                    }
                    copy(body, file, range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2)), progress);
                }
                case 416 -> {
                    if (ranged && range.group(2).equals(String.valueOf(offset))) return; // all of it was here already
                    restart(file);
                    throw new Passing("does not have the part of the file that was asked for");
                }
                case 404, 410 -> throw new SourceUnavailable("does not have this file (" + status + ")");
                default -> {
                    if (status == 429 || status >= 500) throw new Passing("is out of order or overloaded (" + status + ")");
                    throw new SourceUnavailable("refuses to give this file (" + status + ")");
                }
            }
        }
    }

    private void copy(InputStream body, FileChannel file, long total, Progress progress) throws IOException {
        String task = "Downloading " + target.getFileName();
        byte[] piece = new byte[1 << 16];
        long done = size(file);
        try (var guarded = new StallGuard(body, patience.stall())) {
            progress.update(task, done, total, "bytes");
            for (int n; (n = guarded.read(piece)) >= 0; ) {
                append(file, done, ByteBuffer.wrap(piece, 0, n));
                done += n;
                progress.update(task, done, total, "bytes");
            }
        }
        if (total >= 0 && done != total) throw new Passing("sent " + done + " of " + total + " bytes");
    }

    private static void append(FileChannel file, long at, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) at += file.write(bytes, at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(FileChannel file) {
        try {
            return file.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void restart(FileChannel file) {
        try {
            file.truncate(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Beside the part: the entity tag, or else the date, of what it is a part of. */
    private Path validatorFile() {
        return target.resolveSibling(part().getFileName() + ".version");
    }

    private Optional<String> validator() {
        try {
            return Optional.of(Files.readString(validatorFile()).strip()).filter(v -> !v.isEmpty());
        } catch (IOException e) {
            return Optional.empty(); // without it the range is asked for anyway, and the checksum decides
        }
    }

    private void keepValidator(HttpResponse<?> response) {
        // A weak tag says "equivalent", not "the same bytes", and HTTP forbids it in If-Range.
        String validator = response.headers().firstValue("ETag").filter(tag -> !tag.startsWith("W/"))
            .or(() -> response.headers().firstValue("Last-Modified")).orElse("");
        try {
            Files.writeString(validatorFile(), validator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String reason(IOException e) {
        return switch (e) {
            case HttpConnectTimeoutException _ -> "cannot be reached (no connection within " + seconds(patience.connect()) + ")";
            case HttpTimeoutException _ -> "stopped answering (nothing for " + seconds(patience.stall()) + ")";
            case ConnectException c when hasCause(c, UnresolvedAddressException.class) -> "cannot be reached (its name is not known here)";
            case ConnectException _ -> "cannot be reached (no connection)";
            case SSLHandshakeException _ -> "cannot be reached safely (" + e.getMessage() + ")";
            case Passing _ -> e.getMessage();
            default -> "broke the connection off (" + e.getMessage() + ")";
        };
    }

    private static String seconds(Duration d) {
        return d.toMillis() % 1000 == 0 ? d.toSeconds() + " s" : d.toMillis() + " ms";
    }

    private static boolean hasCause(Throwable e, Class<?> type) {
        for (Throwable t = e; t != null; t = t.getCause()) if (type.isInstance(t)) return true;
        return false;
    }

    private void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private UserError interrupted(Exception e) {
        Thread.currentThread().interrupt();
        return new UserError("The download of " + target.getFileName() + " was interrupted; run the command again and it goes on where it stopped.", e);
    }

    /** A stream that is closed when it gives nothing for too long: a read from the network has no time limit of its own. */
    private static final class StallGuard implements AutoCloseable {

        private final InputStream body;
        private final Thread watcher;
        private volatile long lastSign = System.nanoTime();
        private volatile boolean stalled;

        StallGuard(InputStream body, Duration limit) {
            this.body = body;
            watcher = Thread.ofVirtual().start(() -> {
                try {
                    for (long left; (left = limit.toNanos() - (System.nanoTime() - lastSign)) > 0; ) Thread.sleep(Duration.ofNanos(left));
                    stalled = true;
                    body.close();
                } catch (InterruptedException | IOException e) {
                    // the body has ended, or is gone
                }
            });
        }

        int read(byte[] piece) throws IOException {
            int n;
            try {
                n = body.read(piece);
            } catch (IOException e) {
                if (stalled) throw new HttpTimeoutException("stalled");
                throw e;
            }
            if (stalled && n < 0) throw new HttpTimeoutException("stalled");
            lastSign = System.nanoTime();
            return n;
        }

        @Override
        public void close() {
            watcher.interrupt();
        }
    }
}
