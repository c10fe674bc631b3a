package dev.fanfara.http.route;

import dev.fanfara.admission.Connections;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.config.RouteAuth;
import dev.fanfara.config.RouteRule;
import dev.fanfara.http.Onward;
import dev.fanfara.http.Problem;
import dev.fanfara.memory.Heap;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes the requests of one event loop on to the services behind its routes: who may, how many at once, and which end
 * early. Touched only by that loop.
 */
public final class RouteProxy implements Onward {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String TRANSPORT = "route";

    private final Vertx vertx;
    private final Routes routes;
    private final Gatekeeper gate;
    private final LiveSettings live;
    private final Heap heap;
    private final GatewayMetrics metrics;
    private final RouteClients clients;
    private final Set<Tunnel> tunnels = new LinkedHashSet<>();
    private boolean ticks;

    public RouteProxy(
            Vertx vertx, Routes routes, Gatekeeper gate, LiveSettings live, Heap heap, GatewayMetrics metrics) {
        this.vertx = vertx;
        this.routes = routes;
        this.gate = gate;
        this.live = live;
        this.heap = heap;
        this.metrics = metrics;
        clients = new RouteClients(vertx);
    }

    @Override
    public @Nullable Handler<HttpServerRequest> at(String path) {
        Route route = routes.find(path);
        return route == null ? null : request -> accept(request, route);
    }

    private void accept(HttpServerRequest request, Route route) {
        if (!ticks) {
            ticks = true;
            vertx.setPeriodic(TICK.toMillis(), timer -> tick());
        }
        long began = System.nanoTime();
        request.pause();
        boolean upgrade = request.headers().contains(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET, true);
        try {
            if (request.method() == HttpMethod.TRACE || request.method() == HttpMethod.CONNECT) {
                throw Problem.methodNotAllowed("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
            }
            if (upgrade) {
                mayUpgrade(request);
            }
            identify(request, route.rule(), upgrade)
                    .onSuccess(caller -> admit(request, route, caller, upgrade, began))
                    .onFailure(no -> refuse(request, route, no, began));
        } catch (RuntimeException no) {
            refuse(request, route, no, began);
        }
    }

    private void mayUpgrade(HttpServerRequest request) {
        if (request.method() != HttpMethod.GET || Gatekeeper.hasBody(request)) {
            throw Problem.badRequest("An upgrade is a GET without a body");
        }
        if (heap.isLow()) {
            metrics.refusedForMemory();
            throw Heap.refusal();
        }
        gate.letIn(request);
    }

    private Future<Caller> identify(HttpServerRequest request, RouteRule rule, boolean upgrade) {
        if (rule.auth() == RouteAuth.NONE || isPreflight(request)) {
            return Future.succeededFuture(Caller.UNKNOWN);
        }
        if (request.headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1) {
            throw rejected(TokenRejected.Reason.MALFORMED);
        }
        String subprotocols = upgrade ? String.join(",", request.headers().getAll("Sec-WebSocket-Protocol")) : null;
        Optional<String> token;
        try {
            token = Gatekeeper.token(request, subprotocols);
        } catch (TokenRejected ambiguous) {
            throw rejected(ambiguous.reason());
        }
        if (token.isPresent()) {
            return gate.identify(token.get()).map(identity -> Caller.verified(identity, token.get()));
        }
        if (rule.auth() == RouteAuth.REQUIRED) {
            throw rejected(TokenRejected.Reason.MISSING);
        }
        return Future.succeededFuture(Caller.UNKNOWN);
    }

    private TokenRejected rejected(TokenRejected.Reason reason) {
        metrics.authFailed(reason.label());
        return new TokenRejected(reason);
    }

    /** A browser asks so whether it may ask, and never shows who is asking. */
    private static boolean isPreflight(HttpServerRequest request) {
        return request.method() == HttpMethod.OPTIONS
                && request.headers().contains(HttpHeaders.ORIGIN)
                && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }

    private void admit(HttpServerRequest request, Route route, Caller caller, boolean upgrade, long began) {
        String target = PassedOn.target(request, route.rule());
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (target == null) {
            refuse(request, route, Problem.badRequest("Expected a path without escapes in " + route.name()), began);
        } else if (length != null && Long.parseLong(length) > route.rule().maxBody()) {
            refuse(request, route, Exchange.tooLarge(route), began);
        } else if (!route.enter()) {
            metrics.rateLimited("routes");
            refuse(request, route, busy(route), began);
        } else {
            RouteClients.Lent lent = clients.lend(route);
            Passage passage = new Passage(
                    route, caller, target, live.current().config().server().trustedProxies(), lent.client());
            if (upgrade) {
                upgrade(request, passage, lent, began);
            } else {
                new Exchange(request, passage, vertx, (status, headNanos) -> {
                            lent.giveBack();
                            route.leave();
                            metrics.routed(route.name(), status, Duration.ofNanos(headNanos - began));
                        })
                        .begin();
            }
        }
    }

    private static Refusal busy(Route route) {
        return new Refusal(
                ErrorCode.UNAVAILABLE,
                "There are " + route.rule().maxConcurrent() + " requests under way here already",
                SOON);
    }

    private void upgrade(HttpServerRequest request, Passage passage, RouteClients.Lent lent, long began) {
        Route route = passage.route();
        Optional<Connections.Lease> lease =
                gate.tryOpen(request, passage.caller().identity());
        Runnable leave = () -> {
            lent.giveBack();
            route.leave();
            lease.ifPresent(Connections.Lease::close);
        };
        if (lease.isEmpty()) {
            leave.run();
            refuse(request, route, new Refusal(ErrorCode.LIMIT, "Too many connections", SOON), began);
            return;
        }
        new Upgrade(
                        vertx,
                        request,
                        passage,
                        tunnel -> {
                            metrics.routed(route.name(), 101, since(began));
                            opened(tunnel, leave);
                        },
                        status -> {
                            leave.run();
                            metrics.routed(route.name(), status, since(began));
                        })
                .begin();
    }

    private void opened(Tunnel tunnel, Runnable leave) {
        tunnels.add(tunnel);
        metrics.connectionOpened(TRANSPORT);
        tunnel.closed().onSuccess(code -> {
            tunnels.remove(tunnel);
            leave.run();
            metrics.connectionClosed(TRANSPORT, code);
        });
    }

    private void refuse(HttpServerRequest request, Route route, Throwable no, long began) {
        Problem problem = no instanceof TokenRejected rejected
                ? Problem.unauthorized(rejected.reason() != TokenRejected.Reason.MISSING)
                : Problem.of(no);
        if (problem.status() == 413) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        problem.answer(request.response());
        request.resume();
        metrics.routed(route.name(), problem.status(), since(began));
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void tick() {
        clients.keep(routes.all());
        Instant now = Instant.now();
        List.copyOf(tunnels).forEach(tunnel -> tunnel.check(live.current(), now));
    }

    @Override
    public Future<?> drain(Duration window) {
        List<Tunnel> leaving = List.copyOf(tunnels);
        List<Future<Integer>> gone = new ArrayList<>();
        for (int i = 0; i < leaving.size(); i++) {
            Tunnel tunnel = leaving.get(i);
            long share = 1 + window.toMillis() * i / leaving.size();
            vertx.setTimer(share, turn -> tunnel.close(CloseReason.SHUTTING_DOWN));
            gone.add(tunnel.closed());
        }
        return Future.join(gone);
    }

    @Override
    public void hurry() {
        List.copyOf(tunnels).forEach(tunnel -> tunnel.close(CloseReason.SHUTTING_DOWN));
    }
}
