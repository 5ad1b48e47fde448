package onebit.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import onebit.run.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentProxyTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
        https_proxy, http://proxy.example:3128, https://data.example/file, proxy.example:3128
        HTTPS_PROXY, proxy.example,             https://data.example/file, proxy.example:80
        http_proxy,  http://proxy.example:3128/, http://data.example/file, proxy.example:3128
        http_proxy,  http://proxy.example:3128, https://data.example/file, none
        HTTP_PROXY,  http://proxy.example:3128, http://data.example/file,  none
        https_proxy, socks5://proxy.example:1080, https://data.example/file, none
        https_proxy, '',                        https://data.example/file, none
        """)
    void takesTheProxyOfTheScheme(String name, String value, URI uri, String expected) {
        assertEquals(expected, proxy(Map.of(name, value), uri));
    }

    @ParameterizedTest
    @CsvSource({"data.example, none", "example, none", ".example, none", "'other, DATA.example', none", "*, none", "a.example, proxy:1", "ata.example, proxy:1"})
    void leavesOutHostsThatAreExcepted(String excepted, String expected) {
        assertEquals(expected, proxy(Map.of("https_proxy", "http://proxy:1", "no_proxy", excepted), URI.create("https://data.example/file")));
    }

    @ParameterizedTest
    @CsvSource({"http://127.0.0.1:8080/file, none", "http://localhost/file, none", "http://[::1]:80/file, none", "http://127.example/file, proxy:1"})
    void leavesOutThisMachine(URI uri, String expected) {
        assertEquals(expected, proxy(Map.of("http_proxy", "http://proxy:1"), uri));
    }

    @Test
    void whatIsNoAddressIsASentenceWithoutThePassword() {
        UserError error = assertThrows(UserError.class, () -> proxy(Map.of("https_proxy", "http://CORP\\jane:secret@proxy:3128"), URI.create("https://data.example/file")));
        assertEquals("The environment variable https_proxy is not the address of a proxy, http://HOST:PORT. Correct it, or unset it.", error.getMessage());
    }

    @Test
    void aClientAsksTheProxyForAHostThatItCouldNotFindItself() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = ("asked for " + exchange.getRequestURI()).getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        String proxy = "http://" + server.getAddress().getHostString() + ":" + server.getAddress().getPort();
        try (HttpClient client = HttpClient.newBuilder().proxy(new EnvironmentProxy(Map.of("http_proxy", proxy))).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://nowhere.invalid/file")).build();
            assertEquals("asked for http://nowhere.invalid/file", client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } finally {
            server.stop(0);
        }
    }

    private static String proxy(Map<String, String> environment, URI uri) {
        List<Proxy> proxies = new EnvironmentProxy(environment).select(uri);
        if (proxies.getFirst().type() == Proxy.Type.DIRECT) return "none";
        InetSocketAddress address = (InetSocketAddress) proxies.getFirst().address();
        return address.getHostString() + ":" + address.getPort();
    }
}
