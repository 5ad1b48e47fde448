package onebit.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import onebit.data.Checksum;
import onebit.data.Progress;
import onebit.run.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedModelsTest {

    private static final PublishedModel FIRST = model("first", "a/b/First.mat"), SECOND = model("second", "a/Second.mat");

    @TempDir
    Path folder;
    private Path repository;
    private HttpServer server;
    private PublishedModels models;

    private static PublishedModel model(String id, String path) {
        byte[] content = content(id);
        return new PublishedModel(id, id, path, id + "-local.mat", content.length, Checksum.of(Checksum.Algorithm.SHA256, content), "cifar10", 90);
    }

    private static byte[] content(String id) {
        return ("content of " + id).getBytes(StandardCharsets.UTF_8);
    }

    private static Path write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    @BeforeEach
    void serve() throws IOException {
        repository = folder.resolve("repository").toAbsolutePath();
        write(repository.resolve(FIRST.path()), content("first"));
        write(repository.resolve(SECOND.path()), content("second"));
        server = SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), repository,
            SimpleFileServer.OutputLevel.NONE);
        server.start();
        URI uri = URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.getAddress().getPort() + "/");
        models = new PublishedModels(List.of(FIRST, SECOND), uri, folder.resolve("cache"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void fetchesAllFromTheRepositoryIntoTheCache() throws IOException {
        Map<PublishedModel, Path> files = models.fetch(Optional.empty(), Progress.NONE);
        assertEquals(List.of(FIRST, SECOND), List.copyOf(files.keySet()));
        assertEquals(folder.resolve("cache").resolve("first-local.mat"), files.get(FIRST));
        assertEquals("content of second", Files.readString(files.get(SECOND)));
    }

    @Test
    void whatIsInTheCacheNeedsNoNetwork() {
        models.fetch(Optional.empty(), Progress.NONE);
        server.stop(0);
        assertEquals(2, models.fetch(Optional.empty(), Progress.NONE).size());
    }

    @Test
    void anAlteredFileInTheRepositoryIsRefused() throws IOException {
        write(repository.resolve(FIRST.path()), content("filth"));
        assertTrue(assertThrows(UserError.class, () -> models.fetch(FIRST, Progress.NONE)).getMessage().contains("SHA-256"));
        assertFalse(Files.exists(folder.resolve("cache").resolve("first-local.mat")));
    }

    @Test
    void aCopyOfTheRepositoryStandsInForTheNetwork() {
        server.stop(0);
        Map<PublishedModel, Path> files = models.fetch(Optional.of(repository), Progress.NONE);
        assertEquals(Map.of(FIRST, repository.resolve(FIRST.path()), SECOND, repository.resolve(SECOND.path())), files);
        assertFalse(Files.exists(folder.resolve("cache")));
    }

    @Test
    void filesInAFolderAreRecognisedByContentWhateverTheirNames() throws IOException {
        Path other = folder.resolve("other");
        write(other.resolve("x"), content("second"));
        write(other.resolve("second-local.mat"), content("first"));
        write(other.resolve("y"), content("third!"));
        assertEquals(Map.of(FIRST, other.resolve("second-local.mat"), SECOND, other.resolve("x")), models.find(other));
    }

    @Test
    void aFolderThatLacksOneIsRefusedByName() throws IOException {
        Files.delete(repository.resolve(FIRST.path()));
        assertTrue(message(repository).contains("lacks First.mat"));
    }

    @Test
    void anAlteredFileInAFolderIsCalledSo() throws IOException {
        write(repository.resolve(SECOND.path()), content("secant"));
        assertTrue(message(repository).contains("Second.mat is truncated or altered"));
    }

    @Test
    void aFolderThatDoesNotExistIsRefused() {
        assertTrue(message(folder.resolve("nowhere")).contains("There is no folder"));
    }

    @Test
    void theFiveHaveDifferentNamesIdsAndContents() {
        assertEquals(5, PublishedModel.ALL.size());
        assertEquals(5, PublishedModel.ALL.stream().map(PublishedModel::fileName).distinct().count());
        assertEquals(5, PublishedModel.ALL.stream().map(PublishedModel::checksum).distinct().count());
        assertEquals(5, PublishedModel.ALL.stream().map(PublishedModel::id).distinct().count());
    }

    private String message(Path from) {
        return assertThrows(UserError.class, () -> models.find(from)).getMessage();
    }
}
