package onebit.data;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server on this machine that gives one file, and misbehaves as told. Remembers the Range header of each request. */
final class FileServer implements AutoCloseable {

    volatile byte[] content;
    volatile String etag = "\"one\"";
    volatile boolean knowsRanges = true;
    /** Answers are cut off after this many bytes, as often as {@link #cuts} says. */
    volatile int cutAfter = Integer.MAX_VALUE;
    volatile int cuts;
    /** If not 0: the status of every answer. */
    volatile int status;
    /** Sends the head of an answer and then nothing until the server is closed. */
    volatile boolean silent;
    final List<String> ranges = new CopyOnWriteArrayList<>();

    private final HttpServer server;

    FileServer(byte[] content, String path) throws IOException {
        this.content = content;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(command -> Thread.ofVirtual().start(command));
        server.createContext(path, this::answer);
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", path);
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
    }

    URI at(String path) {
        return URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.getAddress().getPort() + path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range"), ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        ranges.add(range == null ? "" : range);
        if (status != 0) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.set("ETag", etag);
        boolean partial = knowsRanges && range != null && (ifRange == null || ifRange.equals(etag));
        int from = partial ? Integer.parseInt(range.substring("bytes=".length(), range.length() - 1)) : 0;
        if (partial && from >= content.length) {
            headers.set("Content-Range", "bytes */" + content.length);
            exchange.sendResponseHeaders(416, -1);
            exchange.close();
            return;
        }
        if (partial) headers.set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        int length = content.length - from;
        exchange.sendResponseHeaders(partial ? 206 : 200, length);
        if (silent) {
            exchange.getResponseBody().write(content, from, length / 2);
            exchange.getResponseBody().flush();
            return;
        }
        if (cuts > 0 && length > cutAfter) {
            cuts--;
            exchange.getResponseBody().write(content, from, cutAfter);
            exchange.getResponseBody().flush();
            pause(); // a client that sees the break at once may drop what it has not yet read
            exchange.close(); // short of what was announced: the connection breaks
            return;
        }
        exchange.getResponseBody().write(content, from, length);
        exchange.close();
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
