package dev.fanfara.admission;

import dev.fanfara.config.ServerConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which web sites may use the gateway from a browser. A browser names the site of the page in {@code Origin}, and no page
 * can change that; a program may write what it likes there, and is not who this protects against. Any thread.
 *
 * <p>Allowed are the gateway's own pages (the host the request was sent to) and the sites in {@code allowedOrigins},
 * compared by scheme, host and port as wholes, never by parts of their text.
 */
public final class Origins {
    /** Port 0 is never that of an origin; it stands for none given. */
    private record Site(@Nullable String scheme, String host, int port) {}

    private record Policy(ServerConfig of, boolean everyone, Set<Site> allowed) {}

    private final Supplier<ServerConfig> config;
    /** Kept for as long as the configuration is the same object. */
    private volatile @Nullable Policy policy;

    public Origins(Supplier<ServerConfig> config) {
        this.config = config;
    }

    /**
     * @param origins every {@code Origin} header; none is no browser, and more than one is no browser's doing
     * @param host the {@code Host} header
     */
    public boolean allow(List<String> origins, @Nullable String host) {
        return origins.isEmpty() || isSame(origins, host) || isListed(origins);
    }

    /** Whether a page of this gateway asks, as far as one that ends TLS elsewhere can tell. */
    public boolean isSame(List<String> origins, @Nullable String host) {
        Optional<Site> origin = single(origins);
        if (origin.isEmpty() || host == null) {
            return false;
        }
        Site site = origin.get();
        boolean weSpeakTls = config.get().tls() != null;
        if (weSpeakTls && !"https".equals(site.scheme)) {
            return false;
        }
        Optional<Site> ours = authority(site.scheme, host);
        return ours.isPresent() && ours.get().equals(site);
    }

    /** Whether the configuration names that site. */
    public boolean isListed(List<String> origins) {
        Policy now = policy();
        return single(origins)
                .filter(site -> now.everyone || now.allowed.contains(site))
                .isPresent();
    }

    private Policy policy() {
        ServerConfig current = config.get();
        Policy known = policy;
        if (known == null || known.of != current) {
            Set<Site> allowed = new HashSet<>();
            current.allowedOrigins().forEach(origin -> parse(origin).ifPresent(allowed::add));
            known = new Policy(current, current.allowedOrigins().contains("*"), allowed);
            policy = known;
        }
        return known;
    }

    private static Optional<Site> single(List<String> origins) {
        return origins.size() == 1 ? parse(origins.get(0)) : Optional.empty();
    }

    /** {@code null}, which sandboxed pages and files send, is no site. */
    private static Optional<Site> parse(String origin) {
        int colon = origin.indexOf("://");
        if (colon < 0) {
            return Optional.empty();
        }
        String scheme = origin.substring(0, colon).toLowerCase(Locale.ROOT);
        return scheme.equals("http") || scheme.equals("https")
                ? authority(scheme, origin.substring(colon + 3))
                : Optional.empty();
    }

    /** A host and perhaps a port, nothing else: no path, no user, no blank. */
    private static Optional<Site> authority(@Nullable String scheme, String text) {
        int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        String host = hostEnd <= 0 ? text : text.substring(0, hostEnd);
        String port = text.substring(host.length());
        if (host.isEmpty() || !isHost(host)) {
            return Optional.empty();
        }
        int number = port.isEmpty() ? ("https".equals(scheme) ? 443 : 80) : portOf(port);
        return number == 0 ? Optional.empty() : Optional.of(new Site(scheme, host.toLowerCase(Locale.ROOT), number));
    }

    private static boolean isHost(String host) {
        boolean bracketed = host.startsWith("[");
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '.'
                    || c == '_';
            if (!plain && !(bracketed && (c == ':' || c == '[' || c == ']'))) {
                return false;
            }
        }
        return true;
    }

    private static int portOf(String colonAndDigits) {
        int port = 0;
        if (colonAndDigits.length() < 2 || colonAndDigits.length() > 6) {
            return 0;
        }
        for (int i = 1; i < colonAndDigits.length(); i++) {
            char c = colonAndDigits.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            port = port * 10 + (c - '0');
        }
        return port <= 65_535 ? port : 0;
    }
}
