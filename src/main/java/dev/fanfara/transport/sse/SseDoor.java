package dev.fanfara.transport.sse;

import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.connection.Connection;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.hook.Hooks;
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The door for streams of Server-Sent Events. Whatever can be refused is refused before the stream begins, with a status:
 * an {@code EventSource} goes on for ever after a stream that ended, and stops for good at any status but 200. Event loop
 * only.
 */
public final class SseDoor {
    private final ConnectionVerticle edge;
    private final Gatekeeper gate;
    private final LiveSettings settings;

    public SseDoor(ConnectionVerticle edge, Gatekeeper gate, LiveSettings settings) {
        this.edge = edge;
        this.gate = gate;
        this.settings = settings;
    }

    /** A GET. Fails with {@link Refusal} or {@link TokenRejected} if it is not answered. */
    public Future<Void> accept(HttpServerRequest request) {
        SseRequest wanted;
        try {
            if (Gatekeeper.hasBody(request)) {
                throw new Refusal(ErrorCode.BAD_REQUEST, "A stream is asked for without a body");
            }
            gate.letIn(request);
            wanted = read(request);
        } catch (Refusal refusal) {
            return Future.failedFuture(refusal);
        }
        return gate.identify(request, null)
                .compose(identity -> gate.admit(request, WireFormat.SSE.transport(), identity))
                .compose(identity -> open(request, wanted, identity));
    }

    private SseRequest read(HttpServerRequest request) {
        try {
            SseRequest wanted = SseRequest.read(
                    request.params(),
                    request.headers().getAll(Gatekeeper.LAST_EVENT_ID),
                    config().limits().roomsPerConnection());
            wanted.cursor();
            return wanted;
        } catch (IllegalArgumentException brokenEscape) {
            // Its text holds the query, and that perhaps a token.
            throw new Refusal(ErrorCode.BAD_REQUEST, "This is not a valid query");
        }
    }

    private Future<Void> open(HttpServerRequest request, SseRequest wanted, Identity identity) {
        if (wanted.isOver()) {
            return request.response().setStatusCode(204).end();
        }
        List<ClientMessage.Join> joins = wanted.joins(config()::ruleFor);
        for (ClientMessage.Join join : joins) {
            Connection.requireJoin(identity, join, config().ruleFor(join.room()));
        }
        edge.requirePlaces(identity, joins.size());
        // Asked before the stream begins, where a no still has a status.
        return Future.all(joins.stream()
                        .map(join -> edge.hooks().join(asker(request, identity), join.room()))
                        .toList())
                .compose(allowed -> begin(request, joins, identity));
    }

    private Hooks.Asker asker(HttpServerRequest request, Identity identity) {
        return new Hooks.Asker(
                identity.user(),
                WireFormat.SSE.transport(),
                null,
                gate.client(request).group());
    }

    private Future<Void> begin(HttpServerRequest request, List<ClientMessage.Join> joins, Identity identity) {
        gate.requireServing();
        Connections.Lease lease =
                gate.tryOpen(request, identity).orElseThrow(() -> new Refusal(ErrorCode.LIMIT, "Too many connections"));
        SseStream stream = new SseStream((ContextInternal) edge.verticleContext());
        if (stream.takeOver(request)) {
            stream.open(edge, identity, joins, lease);
        } else {
            lease.close();
        }
        return Future.succeededFuture();
    }

    /**
     * An administrator, who was let in at another door, hears what a room says, and nobody learns of it. A GET on this
     * door's event loop.
     *
     * @param history so many of the last messages first
     * @throws Refusal if it is not answered
     */
    public void watch(HttpServerRequest request, Identity administrator, RoomName room, @Nullable Integer history) {
        ClientMessage.Join join = new ClientMessage.Join(null, room, null, history, null, null);
        Connection.requireJoin(administrator, join, config().ruleFor(room));
        gate.requireServing();
        SseStream stream = new SseStream((ContextInternal) edge.verticleContext());
        if (stream.takeOver(request)) {
            stream.open(edge, administrator, List.of(join), gate.uncounted());
        }
    }

    private GatewayConfig config() {
        return settings.current().config();
    }
}
