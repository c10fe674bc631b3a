package dev.fanfara.transport.websocket;

import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.nio.channels.ClosedChannelException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The door for WebSockets: turns an HTTP request into a connection, or into a refusal the client can see. A browser
 * shows a page nothing of an HTTP refusal, so whatever the page could mend (a missing or bad token, too many
 * connections) is told by a close code after the upgrade. Event loop only.
 */
public final class WebSocketUpgrade {
    private static final String NATIVE = "/ws";
    private static final String ECHO = "/echo";
    private static final String ECHO_TRANSPORT = "echo";

    private final ConnectionVerticle edge;
    private final Gatekeeper gate;
    private final LiveSettings settings;
    private final GatewayMetrics metrics;
    private final Refusals refusals;
    private final boolean conformance;

    /** What sockets share under one configuration, and under which. */
    private final Map<Deflate, Terms> terms = new EnumMap<>(Deflate.class);

    private @Nullable GatewayConfig termsOf;

    /** How a request is refused before the upgrade; the HTTP side knows how such an answer looks. */
    public interface Refusals {
        void answer(HttpServerRequest request, Refusal refusal);
    }

    public WebSocketUpgrade(
            ConnectionVerticle edge,
            Gatekeeper gate,
            LiveSettings settings,
            GatewayMetrics metrics,
            Refusals refusals,
            boolean conformance) {
        this.edge = edge;
        this.gate = gate;
        this.settings = settings;
        this.metrics = metrics;
        this.refusals = refusals;
        this.conformance = conformance;
    }

    public static boolean serves(String path) {
        return NATIVE.equals(path) || ECHO.equals(path);
    }

    /** The path and the rate of requests were checked before. */
    public void accept(HttpServerRequest request) {
        try {
            if (request.method() != HttpMethod.GET || Gatekeeper.hasBody(request)) {
                // Vert.x would answer such an upgrade itself, and never tell us that it did.
                throw new Refusal(ErrorCode.BAD_REQUEST, "An upgrade is a GET without a body");
            }
            gate.letIn(request);
        } catch (Refusal refusal) {
            refusals.answer(request, refusal);
            return;
        }
        GatewayConfig config = settings.current().config();
        if (ECHO.equals(request.path()) && conformance) {
            openConformanceEcho(request);
        } else if (ECHO.equals(request.path())) {
            openEcho(request, config);
        } else {
            openNative(request, config);
        }
    }

    private void openNative(HttpServerRequest request, GatewayConfig config) {
        request.pause();
        String subprotocols = String.join(",", request.headers().getAll("Sec-WebSocket-Protocol"));
        gate.identify(request, subprotocols)
                .compose(identity -> gate.admit(request, WireFormat.WEBSOCKET.transport(), identity))
                .onComplete(identified -> {
                    if (identified.succeeded()) {
                        openNative(request, config, identified.result());
                    } else {
                        refuse(request, config, Gatekeeper.reason(identified.cause()));
                    }
                });
    }

    private void openNative(HttpServerRequest request, GatewayConfig config, Identity identity) {
        try {
            gate.requireServing();
        } catch (Refusal refusal) {
            refusals.answer(request, refusal);
            return;
        }
        Connections.@Nullable Lease lease = gate.tryOpen(request, identity).orElse(null);
        if (lease == null) {
            refuse(request, config, CloseReason.TOO_MANY_CONNECTIONS);
            return;
        }
        NativeSocket socket = new NativeSocket(context(), agree(request, config));
        takeOver(request, socket)
                .onSuccess(taken -> socket.open(edge, identity, lease))
                .onFailure(failed -> lease.close());
    }

    private void openEcho(HttpServerRequest request, GatewayConfig config) {
        Connections.@Nullable Lease lease = gate.tryOpen(request, null).orElse(null);
        if (lease == null) {
            refuse(request, config, CloseReason.TOO_MANY_CONNECTIONS);
            return;
        }
        EchoSocket socket = new EchoSocket(context(), agree(request, config), null, code -> {
            lease.close();
            metrics.connectionClosed(ECHO_TRANSPORT, code);
        });
        takeOver(request, socket)
                .onSuccess(taken -> metrics.connectionOpened(ECHO_TRANSPORT))
                .onFailure(failed -> lease.close());
    }

    private void openConformanceEcho(HttpServerRequest request) {
        Optional<DeflateParameters> agreed = Compression.agreeForConformance(request);
        EchoSocket socket = new EchoSocket(
                context(),
                Terms.forConformance(agreed.map(DeflateParameters::deflate).orElse(Deflate.NONE)),
                agreed.map(StreamDeflater::new).orElse(null),
                code -> metrics.connectionClosed(ECHO_TRANSPORT, code));
        takeOver(request, socket).onSuccess(taken -> metrics.connectionOpened(ECHO_TRANSPORT));
    }

    private void refuse(HttpServerRequest request, GatewayConfig config, CloseReason reason) {
        NativeSocket socket = new NativeSocket(context(), terms(config, Deflate.NONE));
        takeOver(request, socket).onSuccess(taken -> {
            metrics.connectionOpened(WireFormat.WEBSOCKET.transport());
            metrics.connectionClosed(WireFormat.WEBSOCKET.transport(), reason.code());
            socket.close(reason);
        });
    }

    private Terms agree(HttpServerRequest request, GatewayConfig config) {
        boolean mayDeflate = config.server().compression().enabled();
        return terms(config, mayDeflate ? Compression.agree(request) : Deflate.NONE);
    }

    private Terms terms(GatewayConfig config, Deflate deflate) {
        if (termsOf != config) {
            termsOf = config;
            terms.clear();
        }
        return terms.computeIfAbsent(deflate, agreed -> Terms.of(config, agreed));
    }

    static Future<Void> takeOver(HttpServerRequest request, WebSocketWire wire) {
        return request.toWebSocket().compose(socket -> {
            WebSocketPipeline.takeOver(socket, wire);
            // One that broke in between has had its last event before we came.
            return wire.channel().isActive()
                    ? Future.succeededFuture()
                    : Future.failedFuture(new ClosedChannelException());
        });
    }

    private ContextInternal context() {
        return (ContextInternal) edge.verticleContext();
    }
}
