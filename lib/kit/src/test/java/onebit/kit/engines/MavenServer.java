package onebit.kit.engines;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import onebit.data.Progress;

/** A Maven repository on this machine, and settings of a user who has it as the mirror of everything. */
final class MavenServer implements AutoCloseable {

    /** Path of the probe's native jar in a repository. */
    static final String JAR = "probe/probe-natives/1.0/probe-natives-1.0-linux-x86_64.jar";
    static final String COORDINATES = "probe:probe-natives:jar:linux-x86_64:1.0";

    final List<String> requests = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final HttpServer server;

    MavenServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath().substring(1);
            requests.add(path);
            byte[] body = files.get(path);
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    void serve(byte[] jar, byte[] jarOfChecksum) throws Exception {
        files.put(JAR, jar);
        byte[] sha1 = java.security.MessageDigest.getInstance("SHA-1").digest(jarOfChecksum);
        files.put(JAR + ".sha1", HexFormat.of().formatHex(sha1).getBytes());
    }

    NativeArtifacts artifacts(Path folder, boolean offline, Progress progress) throws IOException {
        Path settings = folder.resolve("settings.xml");
        Files.writeString(settings, """
            <settings>
              <localRepository>%s</localRepository>
              <offline>%s</offline>
              <mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf><url>http://127.0.0.1:%d</url></mirror></mirrors>
            </settings>
            """.formatted(folder.resolve("repository"), offline, server.getAddress().getPort()));
        return new NativeArtifacts(() -> MavenSettings.read(settings, java.util.Optional.empty()), progress);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
