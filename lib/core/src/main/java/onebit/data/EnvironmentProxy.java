package onebit.data;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import onebit.run.UserError;

/**
 * The HTTP proxy that the environment names, as curl and npm take it: {@code https_proxy}, {@code http_proxy} and {@code no_proxy},
 * for a proxy that asks for no password. Where Java's own properties name one, that is taken.
 */
final class EnvironmentProxy extends ProxySelector {

    private static final int DEFAULT_PORT = 80;

    /** The names that Java's own choice excepts by default. */
    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127\\.[\\d.]+|\\[?::1]?", Pattern.CASE_INSENSITIVE);

    private final Map<String, String> environment;

    EnvironmentProxy(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        List<Proxy> javas = ProxySelector.getDefault().select(uri);
        if (javas.stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT) || isExcepted(uri.getHost())) return javas;
        // In capitals, HTTP_PROXY may come from a request to a web server that started this program: curl does not take it either.
        boolean secure = uri.getScheme().equals("https");
        String named = secure ? value("https_proxy", "HTTPS_PROXY") : value("http_proxy");
        if (named.isEmpty()) return javas;
        URI proxy;
        try {
            proxy = new URI(named.contains("://") ? named : "http://" + named);
        } catch (URISyntaxException e) { // whose text has the address, and that a password
            throw new UserError("The environment variable " + (secure ? "https_proxy" : "http_proxy") + " is not the address of a proxy, http://HOST:PORT. Correct it, or unset it.");
        }
        if (!"http".equals(proxy.getScheme()) || proxy.getHost() == null) return javas;
        return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? DEFAULT_PORT : proxy.getPort())));
    }

    /** Whether the host is this machine, or {@code no_proxy} has it, or a domain that it is in. */
    private boolean isExcepted(String host) {
        if (THIS_MACHINE.matcher(host).matches()) return true;
        return Arrays.stream(value("no_proxy", "NO_PROXY").split(",")).map(String::strip).filter(entry -> !entry.isEmpty()).anyMatch(entry -> {
            String domain = entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", "");
            return entry.equals("*") || host.equalsIgnoreCase(domain) || host.toLowerCase(Locale.ROOT).endsWith("." + domain);
        });
    }

    private String value(String... names) {
        return Stream.of(names).map(name -> environment.getOrDefault(name, "").strip()).filter(value -> !value.isEmpty()).findFirst().orElse("");
    }

    @Override
    public void connectFailed(URI uri, SocketAddress proxy, IOException failure) {
        // There is no other proxy to try.
    }
}
