package onebit.published;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import onebit.data.Download;
import onebit.data.Progress;
import onebit.data.UserCache;
import onebit.run.AtomicFile;
import onebit.run.UserError;

/**
 * Where the published models are to be had: from the authors' repository, kept in a cache, or from a folder of the
 * user's that stands in for the network.
 *
 * @param models     which; all five for users
 * @param repository the authors' files at the commit that the checksums belong to; ends with a slash
 * @param cache      the folder that keeps what was fetched
 */
public record PublishedModels(List<PublishedModel> models, URI repository, Path cache) {

    private static final URI AUTHORS =
        URI.create("https://raw.githubusercontent.com/McDonnell-Lab/1-bit-per-weight/d1bd14fadc8d155a16178b119f7115d20c354fd2/");

    /** A copy of the authors' repository has the models three folders down. */
    private static final int FOLDER_DEPTH = 6;

    public PublishedModels {
        models = List.copyOf(models);
    }

    /** All five, from the authors' repository into the user's cache. */
    public static PublishedModels ofUser() {
        return new PublishedModels(PublishedModel.ALL, AUTHORS, UserCache.folder().resolve("published"));
    }

    /**
     * Gets them all, verified.
     *
     * @param folder where to take them from instead of the network: a copy of the authors' repository, or any folder with
     *               the files under any names; they stay where they are
     * @return the files, in the order of {@link #models}
     * @throws UserError if one cannot be had
     */
    public Map<PublishedModel, Path> fetch(Optional<Path> folder, Progress progress) {
        if (folder.isPresent()) return find(folder.get());
        Map<PublishedModel, Path> files = new LinkedHashMap<>();
        for (PublishedModel model : models) files.put(model, fetch(model, progress));
        return Collections.unmodifiableMap(files);
    }

    /**
     * Gets one, verified: the file in the cache, fetched if it is not there.
     *
     * @throws UserError if it cannot be had
     */
    public Path fetch(PublishedModel model, Progress progress) {
        Path file = cache.resolve(model.fileName());
        new Download(repository.resolve(model.path()), file, model.checksum()).fetch(progress);
        return file;
    }

    /**
     * Finds them all in a folder and those below it.
     *
     * @throws UserError naming those that are missing, or altered
     */
    public Map<PublishedModel, Path> find(Path folder) {
        if (!Files.isDirectory(folder)) throw new UserError("There is no folder " + folder + " to take the published models from.");
        Map<PublishedModel, Path> found = new LinkedHashMap<>();
        List<Path> altered = new ArrayList<>();
        try {
            for (Path file : files(folder)) {
                Optional<PublishedModel> model = recognise(file);
                model.ifPresent(m -> found.putIfAbsent(m, file));
                if (model.isEmpty() && hasKnownName(file)) altered.add(file);
            }
        } catch (IOException e) {
            throw new UserError(folder + " could not be searched for the published models: " + AtomicFile.reason(e) + ".", e);
        }
        List<PublishedModel> missing = models.stream().filter(m -> !found.containsKey(m)).toList();
        if (!missing.isEmpty())
            throw new UserError(folder + " lacks " + String.join(", ", missing.stream().map(PublishedModel::authorsFileName).toList())
                + (altered.isEmpty() ? "; the files may have any names, but their SHA-256 must be the published ones'."
                : "; " + altered.getFirst().getFileName() + " is truncated or altered: its SHA-256 is not the published one's."));
        Map<PublishedModel, Path> ordered = new LinkedHashMap<>();
        for (PublishedModel model : models) ordered.put(model, found.get(model));
        return Collections.unmodifiableMap(ordered);
    }

    private Optional<PublishedModel> recognise(Path file) throws IOException {
        for (PublishedModel model : models) if (model.isIn(file)) return Optional.of(model);
        return Optional.empty();
    }

    /** In the order of their paths, so that of two copies it is always the same that is taken. */
    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(folder, Set.of(FileVisitOption.FOLLOW_LINKS), FOLDER_DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && Files.isReadable(file)) files.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;    // a folder that may not be read is no reason not to look into the others
            }
        });
        Collections.sort(files);
        return files;
    }

    private boolean hasKnownName(Path file) {
        String name = file.getFileName().toString();
        return models.stream().anyMatch(m -> name.equals(m.fileName()) || name.equals(m.authorsFileName()));
    }
}
