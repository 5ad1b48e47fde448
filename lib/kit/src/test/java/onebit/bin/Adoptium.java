package onebit.bin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** A server on this computer that answers as Adoptium's API does and gives a small made-up JDK. */
final class Adoptium implements AutoCloseable {
    private final HttpServer server;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    byte[] archive;
    String checksum;
    /** How many bytes of the archive are sent before the connection is cut or, where `stalls`, held. */
    int sent;
    boolean stalls;
    boolean answers = true;
    boolean hasArchive = true;
    boolean offers = true;

    Adoptium(Map<String, String> jdkFiles) throws IOException {
        archive = archive("jdk-25.0.1+8", jdkFiles);
        checksum = sha256(archive);
        sent = archive.length;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v3/assets/latest/25/hotspot", this::answer);
        server.createContext("/jdk.tar.gz", this::download);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestURI().toString());
        // Laid out as Adoptium does it, with the fields that could be taken for the right ones.
        String json = """
                [
                    {
                        "binary": {
                            "architecture": "x64",
                            "image_type": "jdk",
                            "installer": {
                                "checksum": "%3$s",
                                "link": "%1$s/wrong.pkg",
                                "name": "wrong.pkg"
                            },
                            "os": "linux",
                            "package": {
                                "checksum": "%2$s",
                                "checksum_link": "%1$s/jdk.tar.gz.sha256.txt",
                                "download_count": 5,
                                "link": "%1$s/jdk.tar.gz",
                                "metadata_link": "%1$s/jdk.tar.gz.json",
                                "name": "jdk.tar.gz",
                                "size": 207486543
                            },
                            "project": "jdk"
                        },
                        "release_link": "%1$s/release",
                        "release_name": "jdk-25.0.1+8",
                        "vendor": "eclipse"
                    }
                ]
                """.formatted(address(), checksum, "0".repeat(64));
        respond(exchange, answers ? 200 : 404, (offers ? json : "[]").getBytes(StandardCharsets.UTF_8));
    }

    private void download(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestURI().toString());
        if (!hasArchive) {
            respond(exchange, 404, new byte[0]);
            return;
        }
        exchange.sendResponseHeaders(200, archive.length);
        try (exchange; OutputStream body = exchange.getResponseBody()) {
            body.write(archive, 0, sent);
            body.flush();
            if (stalls) {
                Thread.sleep(30_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void respond(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private static byte[] archive(String top, Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] content = ("#!/bin/sh\n" + file.getValue()).getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(top + "/" + file.getKey());
                entry.setMode(0755);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
