package dev.fanfara.http.route;

import dev.fanfara.config.RouteRule;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The connections of one event loop to the upstreams of its routes. Touched only by that loop. */
final class RouteClients {
    /** Shorter than most servers keep one that is idle, so that requests seldom meet its end. */
    private static final Duration KEPT = Duration.ofSeconds(4);

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int MAX_HEAD = 32 * 1024;

    private final Vertx vertx;
    private final Map<Route, Lent> byRoute = new HashMap<>();

    /** A client is closed when its route is gone and the last request has given it back. */
    final class Lent {
        private final HttpClient client;
        private int users;
        private boolean isOver;

        private Lent(HttpClient client) {
            this.client = client;
        }

        HttpClient client() {
            return client;
        }

        void giveBack() {
            users--;
            closeIfUnused();
        }

        private void end() {
            isOver = true;
            closeIfUnused();
        }

        private void closeIfUnused() {
            if (isOver && users == 0) {
                client.close();
            }
        }
    }

    RouteClients(Vertx vertx) {
        this.vertx = vertx;
    }

    Lent lend(Route route) {
        Lent lent = byRoute.computeIfAbsent(route, first -> new Lent(create(first.rule())));
        lent.users++;
        return lent;
    }

    /** The others close. */
    void keep(List<Route> routes) {
        Set<Route> kept = Set.copyOf(routes);
        byRoute.entrySet().removeIf(entry -> {
            boolean gone = !kept.contains(entry.getKey());
            if (gone) {
                entry.getValue().end();
            }
            return gone;
        });
    }

    private HttpClient create(RouteRule rule) {
        Duration connect = rule.timeout().compareTo(CONNECT) < 0 ? rule.timeout() : CONNECT;
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) connect.toMillis())
                .setKeepAliveTimeout((int) KEPT.toSeconds())
                .setMaxHeaderSize(MAX_HEAD)
                .setTcpNoDelay(true)
                .setDecompressionSupported(false)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                .setSslHandshakeTimeout(connect.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        String ca = rule.ca();
        if (ca != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(ca)));
        }
        return vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(rule.maxConcurrent()));
    }
}
