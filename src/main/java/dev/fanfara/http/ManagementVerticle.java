package dev.fanfara.http;

import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.ManagementConfig;
import dev.fanfara.config.TlsConfig;
import dev.fanfara.trace.RequestTrace;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's port: metrics, health, the console. Its own server, so that it answers when clients have used up theirs. */
public final class ManagementVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementVerticle.class);
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpParts parts;
    private final PrometheusMeterRegistry registry;
    private final Operations operations;
    private @Nullable Router admin;
    private @Nullable HttpServer server;
    /** What it opened with. */
    private @Nullable TlsConfig tls;

    public ManagementVerticle(HttpParts parts, PrometheusMeterRegistry registry, Operations operations) {
        this.parts = parts;
        this.registry = registry;
        this.operations = operations;
    }

    @Override
    public Future<?> start() {
        GatewayConfig config = parts.live().current().config();
        AdminRoutes routes = new AdminRoutes(vertx, parts, operations);
        admin = routes.router();
        ManagementConfig address = config.management();
        tls = address.tls();
        HttpServer listening = vertx.createHttpServer(ServerOptions.of(
                address.host(), address.port(), address.tls(), config.limits().handshake()));
        server = listening;
        return routes.start()
                .compose(started -> listening
                        .connectionHandler(connection -> RequestDeadlines.install(
                                connection,
                                new RequestDeadlines.Limits(
                                        config.limits().handshake(),
                                        RequestDeadlines.Limits.BODY,
                                        RequestDeadlines.Limits.IDLE),
                                () -> {}))
                        .requestHandler(this::enter)
                        .invalidRequestHandler(HttpVerticle::refuseUnreadable)
                        .listen());
    }

    /** The certificate for connections to come. Any thread. */
    public Future<?> renew(GatewayConfig config) {
        return server == null
                ? Future.succeededFuture()
                : ServerOptions.renew(
                        server, tls, config.management().tls(), config.limits().handshake());
    }

    /** Once started; tells what port 0 became. */
    public int port() {
        return server == null ? parts.live().current().config().management().port() : server.actualPort();
    }

    private void enter(HttpServerRequest request) {
        RequestTrace.begin(request);
        HttpServerResponse response = request.response();
        Optional<Problem> mistake = RequestRules.mistake(request, false);
        if (mistake.isPresent()) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            mistake.get().answer(response);
            return;
        }
        SecurityHeaders.put(response);
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        Health health = operations.health();
        switch (request.path()) {
            case "/metrics" -> read(request, this::scrape);
            case "/health/live" -> read(request, to -> report(to, health.live()));
            case "/health/ready" -> read(request, to -> report(to, health.ready()));
            case "/health/started" -> read(request, to -> report(to, health.started()));
            default -> admin(request);
        }
    }

    private void admin(HttpServerRequest request) {
        if (admin == null) {
            throw new IllegalStateException("not started");
        }
        admin.handle(request);
    }

    private interface Answer {
        void write(HttpServerResponse response);
    }

    private static void read(HttpServerRequest request, Answer answer) {
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
            answer.write(request.response());
        } else {
            Problem.methodNotAllowed("GET, HEAD").answer(request.response());
        }
    }

    /** On a worker: some meters read files, and there are many. */
    private void scrape(HttpServerResponse response) {
        vertx.executeBlocking(() -> Buffer.buffer(registry.scrape()), false)
                .onSuccess(text -> response.putHeader(HttpHeaders.CONTENT_TYPE, PROMETHEUS_TEXT)
                        .end(text))
                .onFailure(failure -> {
                    LOG.error("scraping the metrics failed", failure);
                    Problem.of(failure).answer(response);
                });
    }

    private void report(HttpServerResponse response, List<HealthCheck> checks) {
        JsonObject report = Health.report(checks);
        response.setStatusCode("UP".equals(report.getString("status")) ? 200 : 503)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(report.toBuffer());
    }
}
