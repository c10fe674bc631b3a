package dev.fanfara.transport.websocket;

import dev.fanfara.admission.Admission;
import dev.fanfara.admission.ClientAddress;
import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenCarriers;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
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
    private static final int ANONYMOUS_NAME_LENGTH = 10;
    private static final Optional<Duration> ELSEWHERE = Optional.of(Duration.ofSeconds(1));

    private final ConnectionVerticle edge;
    private final LiveSettings settings;
    private final Admission admission;
    private final GatewayMetrics metrics;
    private final Refusals refusals;

    /** What sockets share under one configuration, and under which. */
    private final Map<Deflate, Terms> terms = new EnumMap<>(Deflate.class);

    private @Nullable GatewayConfig termsOf;

    /** How a request is refused before the upgrade; the HTTP side knows how such an answer looks. */
    public interface Refusals {
        void answer(HttpServerRequest request, Refusal refusal);
    }

    public WebSocketUpgrade(
            ConnectionVerticle edge,
            LiveSettings settings,
            Admission admission,
            GatewayMetrics metrics,
            Refusals refusals) {
        this.refusals = refusals;
        this.edge = edge;
        this.settings = settings;
        this.admission = admission;
        this.metrics = metrics;
    }

    public static boolean serves(String path) {
        return NATIVE.equals(path) || ECHO.equals(path);
    }

    /** Whether the client says that it was connected before: {@code resume=1} in the query, where browsers can say it too. */
    public static boolean comesBack(HttpServerRequest request) {
        String query = request.query();
        return query != null && ("&" + query + "&").contains("&resume=1&");
    }

    /** The path and the rate of requests were checked before. */
    public void accept(HttpServerRequest request) {
        Settings now = settings.current();
        if (request.method() != HttpMethod.GET || hasBody(request)) {
            // Vert.x would answer such an upgrade itself, and never tell us that it did.
            refusals.answer(request, new Refusal(ErrorCode.BAD_REQUEST, "An upgrade is a GET without a body"));
            return;
        }
        List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
        if (!admission.origins().allow(origins, request.getHeader(HttpHeaders.HOST))) {
            refusals.answer(request, new Refusal(ErrorCode.FORBIDDEN, "This origin is not allowed"));
            return;
        }
        Optional<Duration> wait = edge.sendsClientsElsewhere()
                ? ELSEWHERE
                : admission.connections().begin(comesBack(request));
        if (wait.isPresent()) {
            metrics.rateLimited("connects");
            refusals.answer(request, overloaded(wait.get()));
            return;
        }
        ClientAddress client = ClientAddress.of(
                request.remoteAddress(),
                request.headers().getAll("X-Forwarded-For"),
                now.config().server().trustedProxies());
        if (ECHO.equals(request.path())) {
            openEcho(request, client, now.config());
        } else {
            openNative(request, client, now);
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0")) || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    /** This node has enough to do; another one may not. */
    public static Refusal overloaded(Duration wait) {
        return new Refusal(ErrorCode.UNAVAILABLE, "This node takes no more connections right now", wait);
    }

    private void openNative(HttpServerRequest request, ClientAddress client, Settings now) {
        request.pause();
        identify(request, now).onComplete(identified -> {
            if (identified.succeeded()) {
                openNative(request, client, now.config(), identified.result());
            } else {
                TokenRejected.Reason reason = identified.cause() instanceof TokenRejected rejected
                        ? rejected.reason()
                        : TokenRejected.Reason.MALFORMED;
                metrics.authFailed(reason.label());
                refuse(
                        request,
                        now.config(),
                        reason == TokenRejected.Reason.MISSING
                                ? CloseReason.TOKEN_REQUIRED
                                : CloseReason.INVALID_TOKEN);
            }
        });
    }

    private static Future<Identity> identify(HttpServerRequest request, Settings now) {
        Optional<String> token;
        try {
            token = TokenCarriers.find(
                    queryToken(request),
                    request.getHeader("Authorization"),
                    String.join(",", request.headers().getAll("Sec-WebSocket-Protocol")));
        } catch (TokenRejected ambiguous) {
            return Future.failedFuture(ambiguous);
        }
        if (token.isPresent()) {
            return now.tokens().verify(token.get());
        }
        return now.config().auth().required()
                ? Future.failedFuture(new TokenRejected(TokenRejected.Reason.MISSING))
                : Future.succeededFuture(Identity.anonymous(anonymousName(), false));
    }

    /** Vert.x says of a query with broken escapes what was in it; that may be a token, and must not reach a log. */
    private static @Nullable String queryToken(HttpServerRequest request) {
        try {
            return request.getParam("token");
        } catch (IllegalArgumentException brokenEscape) {
            throw new TokenRejected(TokenRejected.Reason.MALFORMED);
        }
    }

    private static String anonymousName() {
        return "anon-" + ConnectionId.random().value().substring(0, ANONYMOUS_NAME_LENGTH);
    }

    private void openNative(HttpServerRequest request, ClientAddress client, GatewayConfig config, Identity identity) {
        if (edge.sendsClientsElsewhere()) {
            refusals.answer(request, overloaded(ELSEWHERE.get()));
            return;
        }
        String user = identity.kind() == Identity.Kind.ANONYMOUS ? null : identity.user();
        Connections.@Nullable Lease lease =
                admission.connections().tryOpen(client, user).orElse(null);
        if (lease == null) {
            metrics.rateLimited("connections");
            refuse(request, config, CloseReason.TOO_MANY_CONNECTIONS);
            return;
        }
        NativeSocket socket = new NativeSocket(context(), agree(request, config));
        takeOver(request, socket)
                .onSuccess(taken -> socket.open(edge, identity, lease::close))
                .onFailure(failed -> lease.close());
    }

    private void openEcho(HttpServerRequest request, ClientAddress client, GatewayConfig config) {
        Connections.@Nullable Lease lease =
                admission.connections().tryOpen(client, null).orElse(null);
        if (lease == null) {
            refuse(request, config, CloseReason.TOO_MANY_CONNECTIONS);
            return;
        }
        EchoSocket socket = new EchoSocket(context(), agree(request, config), code -> {
            lease.close();
            metrics.connectionClosed(ECHO_TRANSPORT, code);
        });
        takeOver(request, socket)
                .onSuccess(taken -> metrics.connectionOpened(ECHO_TRANSPORT))
                .onFailure(failed -> lease.close());
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
        return terms(config, Compression.agree(request, config));
    }

    private Terms terms(GatewayConfig config, Deflate deflate) {
        if (termsOf != config) {
            termsOf = config;
            terms.clear();
        }
        return terms.computeIfAbsent(deflate, agreed -> Terms.of(config, agreed));
    }

    private static Future<Void> takeOver(HttpServerRequest request, WebSocketWire wire) {
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
