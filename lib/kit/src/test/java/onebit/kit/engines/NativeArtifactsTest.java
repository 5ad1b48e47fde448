package onebit.kit.engines;

import static onebit.kit.engines.MavenServer.COORDINATES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import onebit.data.Progress;
import onebit.run.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeArtifactsTest {

    @TempDir
    Path folder;
    MavenServer server;
    byte[] jar;

    @BeforeEach
    void startServer() throws Exception {
        server = new MavenServer();
        jar = EngineJar.natives(folder);
        server.serve(jar, jar);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void fetchesAJarIntoTheLocalRepositoryAndTellsHowFarItIs() throws Exception {
        List<Long> done = new ArrayList<>();
        Progress progress = (task, bytes, total, unit) -> {
            assertEquals("Downloading probe-natives-1.0-linux-x86_64.jar", task);
            assertEquals(jar.length, total);
            assertEquals("bytes", unit);
            done.add(bytes);
        };

        List<Path> files = server.artifacts(folder, false, progress).resolve("a test", List.of(COORDINATES), 0);

        assertEquals(List.of(folder.resolve("repository").resolve(MavenServer.JAR)), files);
        assertArrayEquals(jar, Files.readAllBytes(files.getFirst()));
        assertEquals(jar.length, done.getLast());
    }

    @Test
    void tellsTheSizeBeforeItFetchesAndNotWhenAllIsThere() throws Exception {
        List<String> told = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void update(String task, long done, long total, String unit) {
                told.add("update");
            }

            @Override
            public void say(String line) {
                told.add(line);
            }
        };

        server.artifacts(folder, false, progress).resolve("the engine 'probe' on cuda", List.of(COORDINATES), 2210);

        assertEquals("For the engine 'probe' on cuda, 1 of 1 files (2,210 MB all together) are fetched once and kept in " + folder.resolve("repository") + ".", told.getFirst());
        assertEquals("update", told.get(1));
        told.clear();
        server.artifacts(folder, false, progress).resolve("the engine 'probe' on cuda", List.of(COORDINATES), 2210);
        assertEquals(List.of(), told);
    }

    @Test
    void asksTheServerForNothingWhenTheJarIsThere() throws Exception {
        server.artifacts(folder, false, Progress.NONE).resolve("a test", List.of(COORDINATES), 0);
        server.requests.clear();

        assertTrue(Files.exists(server.artifacts(folder, false, Progress.NONE).resolve("a test", List.of(COORDINATES), 0).getFirst()));
        assertEquals(List.of(), server.requests);
    }

    @Test
    void takesAJarThatWasPutIntoTheLocalRepositoryByHand() throws Exception {
        Path place = folder.resolve("repository").resolve(MavenServer.JAR);
        Files.createDirectories(place.getParent());
        Files.write(place, jar);

        assertEquals(place, server.artifacts(folder, true, Progress.NONE).resolve("a test", List.of(COORDINATES), 0).getFirst());
        assertEquals(List.of(), server.requests);
    }

    @Test
    void halfAJarIsNamedAndNotLoaded() throws Exception {
        Path place = folder.resolve("repository").resolve(MavenServer.JAR);
        Files.createDirectories(place.getParent());
        Files.write(place, Arrays.copyOf(jar, jar.length / 2));

        String message = assertThrows(UserError.class, () -> server.artifacts(folder, true, Progress.NONE).resolve("a test", List.of(COORDINATES), 0)).getMessage();
        assertTrue(message.startsWith("The library " + place + " is no whole jar (") && message.endsWith("Delete it and run this again, and it is fetched anew."), message);
    }

    @Test
    void aCopyThatFailsLeavesWhatWasThere() throws Exception {
        Path elsewhere = folder.resolve("elsewhere"), place = elsewhere.resolve(MavenServer.JAR);
        Path whole = Files.write(folder.resolve("whole.jar"), jar);
        NativeArtifacts.copy(List.of(COORDINATES), List.of(whole), elsewhere);
        assertArrayEquals(jar, Files.readAllBytes(place));

        assertThrows(UserError.class, () -> NativeArtifacts.copy(List.of(COORDINATES), List.of(folder), elsewhere));
        assertArrayEquals(jar, Files.readAllBytes(place));
        assertEquals(List.of(place.getFileName()), Files.list(place.getParent()).map(Path::getFileName).toList());
    }

    @Test
    void asksForNoPomSinceWhatItDependsOnIsNotWanted() throws Exception {
        server.artifacts(folder, false, Progress.NONE).resolve("a test", List.of(COORDINATES), 0);

        assertTrue(server.requests.stream().noneMatch(r -> r.contains(".pom") || r.contains("metadata")), server.requests.toString());
    }

    @Test
    void saysWhatIsMissingAndWhereToPutItWhenTheNetworkIsDown() throws Exception {
        NativeArtifacts artifacts = server.artifacts(folder, false, Progress.NONE);
        server.close();

        String message = assertThrows(UserError.class, () -> artifacts.resolve("a test", List.of(COORDINATES), 0)).getMessage();
        assertTrue(message.contains(COORDINATES) && message.contains("here (http://127.0.0.1")
            && message.contains("Connect to the network") && message.contains(MavenServer.JAR), message);
    }

    @Test
    void triesAgainAfterAFailure() throws Exception {
        server.files.clear();
        assertThrows(UserError.class, () -> server.artifacts(folder, false, Progress.NONE).resolve("a test", List.of(COORDINATES), 0));
        server.serve(jar, jar);

        assertTrue(Files.exists(server.artifacts(folder, false, Progress.NONE).resolve("a test", List.of(COORDINATES), 0).getFirst()));
    }

    @Test
    void staysOffTheNetworkWhenTheSettingsSaySo() throws Exception {
        String message = assertThrows(UserError.class, () -> server.artifacts(folder, true, Progress.NONE).resolve("a test", List.of(COORDINATES), 0)).getMessage();

        assertTrue(message.contains(COORDINATES) && message.contains("offline"), message);
        assertEquals(List.of(), server.requests);
    }

    @Test
    void refusesAJarThatIsNotWhatItsChecksumSays() throws Exception {
        byte[] other = jar.clone();
        other[jar.length / 2] ^= 1;
        server.serve(other, jar);

        String message = assertThrows(UserError.class, () -> server.artifacts(folder, false, Progress.NONE).resolve("a test", List.of(COORDINATES), 0)).getMessage();
        assertTrue(message.contains("hecksum"), message);
        assertFalse(Files.exists(folder.resolve("repository").resolve(MavenServer.JAR)));
    }

    @Test
    void namesTheSettingsFileThatCannotBeRead() throws Exception {
        Path settings = Files.writeString(folder.resolve("settings.xml"), "<settings><mirrors></settings>");

        String message = assertThrows(UserError.class, () -> MavenSettings.read(settings, Optional.empty())).getMessage();
        assertTrue(message.contains(settings.toString()), message);
    }

    @Test
    void aPasswordThatCannotBeDecryptedIsNamedWhereALibraryCannotBeFetched() throws Exception {
        Path settings = Files.writeString(folder.resolve("settings.xml"), """
            <settings>
              <localRepository>%s</localRepository>
              <servers><server><id>here</id><username>someone</username><password>{bm90aGluZyB0aGF0IHdhcyBlbmNyeXB0ZWQ=}</password></server></servers>
              <mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf><url>http://127.0.0.1:1</url></mirror></mirrors>
            </settings>
            """.formatted(folder.resolve("repository")));
        NativeArtifacts artifacts = new NativeArtifacts(() -> MavenSettings.read(settings, Optional.empty()), Progress.NONE);

        String message = assertThrows(UserError.class, () -> artifacts.resolve("a test", List.of(COORDINATES), 0)).getMessage();
        assertTrue(message.contains(" In your Maven settings there are passwords that cannot be decrypted: Failed to decrypt password for server here"), message);
    }

    @Test
    void asksTheRepositoriesOfActiveProfilesToo() throws Exception {
        Path settings = Files.writeString(folder.resolve("settings.xml"), """
            <settings>
              <profiles>
                <profile><id>a</id><repositories><repository><id>own</id><url>http://127.0.0.1/own</url></repository></repositories></profile>
                <profile><id>b</id><repositories><repository><id>idle</id><url>http://127.0.0.1/idle</url></repository></repositories></profile>
              </profiles>
              <activeProfiles><activeProfile>a</activeProfile></activeProfiles>
            </settings>
            """);

        assertEquals(List.of("own", "central"), MavenSettings.read(settings, Optional.empty()).repositories().stream().map(r -> r.getId()).toList());
    }
}
