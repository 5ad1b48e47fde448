package onebit.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import onebit.run.AtomicFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The official archives, as tar.gz.
 *
 * @param site the folder with the archives, ending in a slash
 */
record CifarArchive(URI site, Download.Patience patience) implements CifarOrigin {

    static final URI OFFICIAL_SITE = URI.create("https://www.cs.toronto.edu/~kriz/");

    @Override
    public boolean offers(CifarSet set) {
        return true;
    }

    @Override
    public String name(CifarSet set) {
        return site.resolve(set.archive()).toString();
    }

    @Override
    public void fetch(CifarFolder folder, Progress progress) throws SourceUnavailable {
        Download download = download(folder);
        download.fetchOrSayWhyNot(progress);
        unpack(download.target(), folder, progress);
    }

    @Override
    public long downloaded(CifarFolder folder) throws IOException {
        return download(folder).received();
    }

    @Override
    public void deleteDownload(CifarFolder folder) {
        Download download = download(folder);
        try {
            download.delete();
        } catch (IOException e) {
            throw AtomicFile.cannotWrite(download.target(), e);
        }
    }

    /** Beside the folder: a download that was cut is continued the next time. */
    private Download download(CifarFolder folder) {
        String archive = folder.set().archive();
        return new Download(site.resolve(archive), folder.path().resolveSibling(archive), folder.set().archiveChecksum(), patience);
    }

    private void unpack(Path archive, CifarFolder folder, Progress progress) throws SourceUnavailable {
        List<CifarSet.DataFile> missing = new ArrayList<>(folder.set().files());
        String task = "Unpacking " + archive.getFileName();
        int total = missing.size();
        try (var tar = new TarArchiveInputStream(new GzipCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive), 1 << 16)))) {
            progress.update(task, 0, total, "files");
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null && !missing.isEmpty(); ) {
                String name = entry.getName();
                for (CifarSet.DataFile file : List.copyOf(missing)) {
                    if (!entry.isFile() || !name.endsWith("/" + file.name())) continue;
                    folder.write(file, tar);
                    missing.remove(file);
                    progress.update(task, total - missing.size(), total, "files");
                }
            }
        } catch (IOException e) {
            throw new SourceUnavailable("gave an archive that cannot be unpacked: " + e.getMessage(), e);
        }
        if (!missing.isEmpty()) throw new SourceUnavailable("gave an archive without " + missing.getFirst().name());
    }
}
