package dev.fanfara.bench;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a load test connects to. Immutable.
 *
 * @param path with the query
 * @param token sent as {@code Authorization: Bearer}, and never shown
 */
public record Target(
        boolean tls,
        String host,
        int port,
        String path,
        Dialect dialect,
        @Nullable String token,
        boolean anyCertificate) {
    public static Target of(String url, Dialect dialect, @Nullable String token, boolean anyCertificate) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException("--url: '" + url + "' is no URL");
        }
        boolean tls = "wss".equals(uri.getScheme());
        if (!tls && !"ws".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("--url: expected ws://host:port/path or wss://…, was '" + url + "'");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String path = uri.getRawPath();
        if (path == null || path.isEmpty() || path.equals("/")) {
            path = dialect.path;
        }
        String query = uri.getRawQuery() == null ? dialect.query : uri.getRawQuery();
        if (!query.contains(dialect.query)) {
            query = query + '&' + dialect.query;
        }
        return new Target(
                tls, uri.getHost(), port, query.isEmpty() ? path : path + '?' + query, dialect, token, anyCertificate);
    }

    /** For a socket: without the brackets of an IPv6 address. */
    String address() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public String toString() {
        return (tls ? "wss://" : "ws://") + host + ':' + port + path;
    }
}
