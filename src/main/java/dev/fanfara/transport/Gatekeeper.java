package dev.fanfara.transport;

import dev.fanfara.admission.Admission;
import dev.fanfara.admission.ClientAddress;
import dev.fanfara.admission.Connections;
import dev.fanfara.admission.Origins;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenCarriers;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import dev.fanfara.trace.RequestTrace;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of every request that wants to become a connection of this event loop, whatever its wire; how a no looks
 * there is the wire's. Event loop only.
 */
public final class Gatekeeper {
    /** By which an {@code EventSource} says where it was. */
    public static final String LAST_EVENT_ID = "Last-Event-ID";

    private static final Duration ELSEWHERE = Duration.ofSeconds(1);
    private static final int ANONYMOUS_NAME_LENGTH = 10;

    private final ConnectionVerticle edge;
    private final LiveSettings settings;
    private final Admission admission;
    private final GatewayMetrics metrics;

    public Gatekeeper(ConnectionVerticle edge, LiveSettings settings, Admission admission, GatewayMetrics metrics) {
        this.edge = edge;
        this.settings = settings;
        this.admission = admission;
        this.metrics = metrics;
    }

    /**
     * Whether the client says that it was connected before: by where it was, or by {@code resume=1} in the query, where
     * browsers can say it too.
     */
    public static boolean comesBack(HttpServerRequest request) {
        if (request.headers().contains(LAST_EVENT_ID)) {
            return true;
        }
        String query = request.query() == null ? "" : "&" + request.query() + "&";
        return query.contains("&resume=1&") || query.contains("&since=");
    }

    public static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0")) || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    /** This node has enough to do; another one may not. */
    public static Refusal overloaded(Duration wait) {
        return new Refusal(ErrorCode.UNAVAILABLE, "This node takes no more connections right now", wait);
    }

    /**
     * Where it comes from, and whether now is the time: before anything is done for it.
     *
     * @throws Refusal {@code forbidden} or {@code unavailable}
     */
    public void letIn(HttpServerRequest request) {
        if (!allowsOrigin(request)) {
            throw new Refusal(ErrorCode.FORBIDDEN, "This origin is not allowed");
        }
        Optional<Duration> wait = edge.sendsClientsElsewhere()
                ? Optional.of(ELSEWHERE)
                : admission.connections().begin(comesBack(request));
        if (wait.isPresent()) {
            metrics.rateLimited("connects");
            throw overloaded(wait.get());
        }
    }

    public boolean allowsOrigin(HttpServerRequest request) {
        return admission
                .origins()
                .allow(request.headers().getAll(HttpHeaders.ORIGIN), request.getHeader(HttpHeaders.HOST));
    }

    public Origins origins() {
        return admission.origins();
    }

    /**
     * What it shows, whosesoever that is.
     *
     * @throws TokenRejected if it shows two
     */
    public static Optional<String> token(HttpServerRequest request, @Nullable String subprotocols) {
        return TokenCarriers.find(queryToken(request), request.getHeader(HttpHeaders.AUTHORIZATION), subprotocols);
    }

    /** Who it is. Fails with {@link TokenRejected}. */
    public Future<Identity> identify(HttpServerRequest request, @Nullable String subprotocols) {
        try {
            return identify(token(request, subprotocols).orElse(null));
        } catch (TokenRejected ambiguous) {
            metrics.authFailed(ambiguous.reason().label());
            return Future.failedFuture(ambiguous);
        }
    }

    /** Whose token this is; without one, somebody anonymous. Fails with {@link TokenRejected}. */
    public Future<Identity> identify(@Nullable String token) {
        return shown(token).recover(failure -> {
            TokenRejected rejected =
                    failure instanceof TokenRejected known ? known : new TokenRejected(TokenRejected.Reason.MALFORMED);
            metrics.authFailed(rejected.reason().label());
            return Future.failedFuture(rejected);
        });
    }

    private Future<Identity> shown(@Nullable String token) {
        Settings now = settings.current();
        if (token != null) {
            return now.tokens().verify(token);
        }
        return now.config().auth().required()
                ? Future.failedFuture(new TokenRejected(TokenRejected.Reason.MISSING))
                : Future.succeededFuture(Identity.anonymous(anonymousName(), false));
    }

    /** How a client learns why {@link #identify} failed: a revoked token was a good one, so to say so helps nobody who guesses. */
    public static CloseReason reason(Throwable failure) {
        if (failure instanceof TokenRejected rejected) {
            return switch (rejected.reason()) {
                case MISSING -> CloseReason.TOKEN_REQUIRED;
                case REVOKED -> CloseReason.TOKEN_REVOKED;
                case DENIED -> CloseReason.DENIED;
                default -> CloseReason.INVALID_TOKEN;
            };
        }
        return failure instanceof Refusal ? CloseReason.OVERLOADED : CloseReason.INVALID_TOKEN;
    }

    /**
     * Whether the backend lets it in, and as whom. Fails with {@link TokenRejected}, or {@link Refusal} if that cannot be
     * found out.
     */
    public Future<Identity> admit(HttpServerRequest request, String transport, Identity identity) {
        return edge.hooks()
                .connect(identity, transport, client(request).group(), request.getHeader(RequestTrace.TRACE_PARENT));
    }

    /** The same for one that comes by a connection that is there already. */
    public Future<Identity> admit(ClientAddress client, String transport, Identity identity) {
        return edge.hooks().connect(identity, transport, client.group(), null);
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

    /**
     * Things may have changed while its token was looked at.
     *
     * @throws Refusal {@code unavailable}
     */
    public void requireServing() {
        if (edge.sendsClientsElsewhere()) {
            throw overloaded(ELSEWHERE);
        }
    }

    /** A place for whoever takes nobody's. */
    public Connections.Lease uncounted() {
        return admission.connections().uncounted();
    }

    /** A place among those of its address and its user; empty if they have as many as they may. */
    public Optional<Connections.Lease> tryOpen(HttpServerRequest request, @Nullable Identity identity) {
        return tryOpen(client(request), identity);
    }

    /** The same where the address ({@code client} is null) or the user has a place already, or needs none. */
    public Optional<Connections.Lease> tryOpen(@Nullable ClientAddress client, @Nullable Identity identity) {
        String user = identity == null || identity.kind() == Identity.Kind.ANONYMOUS ? null : identity.user();
        Optional<Connections.Lease> lease = admission.connections().tryOpen(client, user);
        if (lease.isEmpty()) {
            metrics.rateLimited("connections");
        }
        return lease;
    }

    /** Where a request comes from. */
    public ClientAddress client(HttpServerRequest request) {
        return ClientAddress.of(
                request.remoteAddress(),
                request.headers().getAll("X-Forwarded-For"),
                settings.current().config().server().trustedProxies());
    }
}
