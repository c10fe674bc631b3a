package dev.fanfara.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerResponse;

/** What a browser is told not to do with our answers: the defaults of Helmet 8, with a policy for the pages we serve. */
final class SecurityHeaders {
    private static final MultiMap HEADERS = MultiMap.caseInsensitiveMultiMap()
            .add(
                    "Content-Security-Policy",
                    "default-src 'self'; base-uri 'self'; connect-src 'self' ws: wss:; font-src 'self';"
                            + " form-action 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none';"
                            + " script-src 'self'; script-src-attr 'none'; style-src 'self' 'unsafe-inline'")
            .add("Cross-Origin-Opener-Policy", "same-origin")
            .add("Cross-Origin-Resource-Policy", "same-origin")
            .add("Origin-Agent-Cluster", "?1")
            .add("Referrer-Policy", "no-referrer")
            // Without TLS browsers ignore it; behind a proxy that ends TLS it is what they need.
            .add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
            .add("X-Content-Type-Options", "nosniff")
            .add("X-DNS-Prefetch-Control", "off")
            .add("X-Download-Options", "noopen")
            .add("X-Frame-Options", "SAMEORIGIN")
            .add("X-Permitted-Cross-Domain-Policies", "none")
            .add("X-XSS-Protection", "0");

    private SecurityHeaders() {}

    static void put(HttpServerResponse response) {
        // Not setAll, which clears what is there.
        HEADERS.forEach(response.headers()::set);
    }

    /** As header lines, for the one answer that is written without Vert.x. */
    static String lines() {
        StringBuilder lines = new StringBuilder();
        HEADERS.forEach(
                (name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        return lines.toString();
    }
}
