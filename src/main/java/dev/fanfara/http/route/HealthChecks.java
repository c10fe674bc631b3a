package dev.fanfara.http.route;

import dev.fanfara.config.HealthConfig;
import dev.fanfara.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the upstreams of one node's routes how they are, and tells how many are well. Touched only by its event loop. */
public final class HealthChecks {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Routes routes;
    private final GatewayMetrics metrics;
    private final RouteClients clients;

    private HealthChecks(Vertx vertx, Routes routes, GatewayMetrics metrics) {
        this.routes = routes;
        this.metrics = metrics;
        clients = new RouteClients(vertx);
    }

    /** Call it on no event loop: it gets one of its own. */
    public static void start(Vertx vertx, Routes routes, GatewayMetrics metrics) {
        HealthChecks checks = new HealthChecks(vertx, routes, metrics);
        vertx.setPeriodic(0, TICK.toMillis(), timer -> checks.tick());
    }

    private void tick() {
        List<Route> all = routes.all();
        clients.keep(all);
        Map<String, GatewayMetrics.Upstreams> standing = new LinkedHashMap<>();
        for (Route route : all) {
            HealthConfig health = route.rule().health();
            if (health != null && route.asksNow(System.nanoTime())) {
                route.upstreams().forEach(upstream -> ask(route, upstream, health));
            }
            int up = (int) route.upstreamsUp();
            standing.put(
                    route.name(),
                    new GatewayMetrics.Upstreams(up, route.upstreams().size() - up));
        }
        metrics.routes(standing);
    }

    private void ask(Route route, Upstream upstream, HealthConfig health) {
        RouteClients.Lent lent = clients.lend(route);
        Future<HttpClientRequest> request;
        try {
            request = lent.client()
                    .request(upstream.request(HttpMethod.GET, health.path()).setTimeout(PATIENCE.toMillis()));
        } catch (IllegalStateException stopping) {
            // Vert.x closes clients before timers.
            return;
        }
        request.compose(asked ->
                        asked.putHeader(HttpHeaders.HOST, upstream.authority()).send())
                .map(answer -> answer.statusCode() >= 200 && answer.statusCode() < 400)
                .otherwise(false)
                .onSuccess(well -> {
                    lent.giveBack();
                    if (upstream.says(well)) {
                        LOG.warn("route {}: {} is {}", route.name(), upstream, well ? "well again" : "not well");
                    }
                });
    }
}
