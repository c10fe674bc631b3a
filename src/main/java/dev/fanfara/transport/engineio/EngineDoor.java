package dev.fanfara.transport.engineio;

import dev.fanfara.admission.Connections;
import dev.fanfara.admission.Origins;
import dev.fanfara.bus.EngineId;
import dev.fanfara.bus.EngineMessage;
import dev.fanfara.bus.HttpAnswer;
import dev.fanfara.memory.Heap;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.RequestBody;
import dev.fanfara.transport.websocket.EngineSocket;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The door to the sessions of one path: handshakes begin one on this event loop; other requests name the session they are
 * for. Event loop only.
 */
public final class EngineDoor {
    /** To a page that may not use the gateway. */
    public static final HttpAnswer FORBIDDEN = EngineError.FORBIDDEN.answer();

    private static final String BINARY = "application/octet-stream";

    private final List<String> paths;
    private final EngineApplication application;
    private final Supplier<EngineTerms> terms;
    private final EngineVerticle engine;
    private final Gatekeeper gate;
    private final Memory memory;
    private final GatewayMetrics metrics;

    /** @param path without a slash at its end */
    public EngineDoor(
            String path,
            EngineApplication application,
            Supplier<EngineTerms> terms,
            EngineVerticle engine,
            Gatekeeper gate,
            Memory memory,
            GatewayMetrics metrics) {
        this.paths = List.of(path, path + "/");
        this.application = application;
        this.terms = terms;
        this.engine = engine;
        this.gate = gate;
        this.memory = memory;
        this.metrics = metrics;
    }

    /** With a slash at the end, as most clients write it, and without. */
    public List<String> paths() {
        return paths;
    }

    public boolean serves(String asked) {
        return paths.contains(asked);
    }

    /** Whether it is one of a session and no handshake, as far as its line tells. */
    public static boolean namesSession(HttpServerRequest request) {
        return EngineRequest.namesSession(request);
    }

    public Origins origins() {
        return gate.origins();
    }

    public boolean allowsOrigin(HttpServerRequest request) {
        return gate.allowsOrigin(request);
    }

    public static void answer(HttpServerResponse response, HttpAnswer answer) {
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(answer.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, answer.contentType())
                    .end(Buffer.buffer(answer.body()));
        }
    }

    // What polls

    /** Not from a page that may not. Fails with a {@link Refusal}. */
    public Future<HttpAnswer> accept(HttpServerRequest request) {
        EngineRequest asked = EngineRequest.read(request, null).orElse(null);
        EngineError error = mistake(request, asked);
        if (error != null || asked == null) {
            return Future.succeededFuture((error == null ? EngineError.BAD_REQUEST : error).answer());
        }
        if (asked.sid() == null) {
            return handshake(request, asked);
        }
        EngineId id = EngineId.read(asked.sid()).orElse(null);
        if (id == null) {
            return Future.succeededFuture(EngineError.UNKNOWN_SESSION.answer());
        }
        if (asked.transport().equals(EngineRequest.WEBSOCKET)) {
            return Future.succeededFuture(EngineError.BAD_REQUEST.answer());
        }
        if (request.method() == HttpMethod.GET) {
            return poll(request, id, asked.token());
        }
        return request.method() == HttpMethod.POST
                ? post(request, id, asked.token())
                : Future.succeededFuture(EngineError.BAD_REQUEST.answer());
    }

    private static @Nullable EngineError mistake(HttpServerRequest request, @Nullable EngineRequest asked) {
        if (asked == null) {
            return EngineError.BAD_REQUEST;
        }
        if (!asked.transport().equals(EngineRequest.POLLING)
                && !asked.transport().equals(EngineRequest.WEBSOCKET)) {
            return EngineError.UNKNOWN_TRANSPORT;
        }
        if (asked.sid() == null && request.method() != HttpMethod.GET) {
            return EngineError.BAD_HANDSHAKE_METHOD;
        }
        return asked.isVersion4() ? null : EngineError.UNSUPPORTED_VERSION;
    }

    private Future<HttpAnswer> handshake(HttpServerRequest request, EngineRequest asked) {
        if (asked.transport().equals(EngineRequest.WEBSOCKET) || Gatekeeper.hasBody(request)) {
            return Future.succeededFuture(EngineError.BAD_REQUEST.answer());
        }
        try {
            EngineSession session = create(request, asked, admit(request));
            session.open(application, null);
            return Future.succeededFuture(session.opened());
        } catch (Refusal refusal) {
            return Future.failedFuture(refusal);
        }
    }

    /** A place for one more. */
    private Connections.Lease admit(HttpServerRequest request) {
        if (memory.heap().isLow()) {
            metrics.refusedForMemory();
            throw Heap.refusal();
        }
        gate.letIn(request);
        return gate.tryOpen(request, null).orElseThrow(() -> new Refusal(ErrorCode.LIMIT, "Too many connections"));
    }

    private EngineSession create(HttpServerRequest request, EngineRequest asked, Connections.Lease lease) {
        Handshake handshake = new Handshake(gate.client(request), asked.token());
        return engine.create(handshake, terms.get(), lease::close);
    }

    private Future<HttpAnswer> poll(HttpServerRequest request, EngineId id, @Nullable String token) {
        long poll = engine.nextNumber();
        request.response().closeHandler(gone -> engine.broken(id, poll, null));
        return engine.ask(id, token, poll, EngineMessage.Want.POLL);
    }

    private Future<HttpAnswer> post(HttpServerRequest request, EngineId id, @Nullable String token) {
        long post = engine.nextNumber();
        request.pause();
        request.response().closeHandler(gone -> engine.broken(id, post, null));
        return engine.ask(id, token, post, EngineMessage.Want.POST).compose(begun -> {
            if (!begun.isGoOn()) {
                return Future.succeededFuture(begun);
            }
            if (BINARY.equals(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
                engine.broken(id, post, CloseReason.PROTOCOL_ERROR);
                return Future.succeededFuture(EngineError.BAD_REQUEST.answer());
            }
            return RequestBody.read(
                            request, begun.mayTake(), memory.intake(), metrics, body -> engine.post(id, post, body))
                    .onFailure(refused -> engine.broken(id, post, reasonOf(refused)));
        });
    }

    private static CloseReason reasonOf(Throwable refused) {
        return refused instanceof Refusal refusal && refusal.code() == ErrorCode.TOO_LARGE
                ? CloseReason.TOO_BIG
                : CloseReason.OVERLOADED;
    }

    // WebSockets

    /** Completes without an answer when it has become one. Fails with a {@link Refusal}. */
    public Future<@Nullable HttpAnswer> upgrade(HttpServerRequest request) {
        String subprotocols = String.join(",", request.headers().getAll("Sec-WebSocket-Protocol"));
        EngineRequest asked = EngineRequest.read(request, subprotocols).orElse(null);
        if (!allowsOrigin(request)) {
            return Future.succeededFuture(FORBIDDEN);
        }
        EngineError error = mistake(request, asked);
        if (error != null
                || asked == null
                || asked.transport().equals(EngineRequest.POLLING)
                || request.method() != HttpMethod.GET
                || Gatekeeper.hasBody(request)) {
            // Vert.x would answer an upgrade with a body itself, and never tell us that it did.
            return Future.succeededFuture((error == null ? EngineError.BAD_REQUEST : error).answer());
        }
        request.pause();
        return asked.sid() == null ? begin(request, asked) : probe(request, asked, asked.sid());
    }

    private Future<@Nullable HttpAnswer> begin(HttpServerRequest request, EngineRequest asked) {
        Connections.Lease lease;
        try {
            lease = admit(request);
        } catch (Refusal refusal) {
            return Future.failedFuture(refusal);
        }
        return socket(request, terms.get().maxPayload())
                .onSuccess(socket -> create(request, asked, lease).open(application, socket))
                .onFailure(gone -> lease.close())
                .map(taken -> null);
    }

    private Future<@Nullable HttpAnswer> probe(HttpServerRequest request, EngineRequest asked, String sid) {
        EngineId id = EngineId.read(sid).orElse(null);
        if (id == null) {
            return Future.succeededFuture(EngineError.UNKNOWN_SESSION.answer());
        }
        long number = engine.nextNumber();
        return engine.ask(id, asked.token(), number, EngineMessage.Want.SOCKET).compose(answer -> {
            if (!answer.isGoOn()) {
                return Future.succeededFuture(answer);
            }
            return socket(request, answer.mayTake())
                    .onSuccess(socket -> engine.opened(id, number, socket))
                    .map(taken -> null);
        });
    }

    private Future<EngineSocket> socket(HttpServerRequest request, int maxMessage) {
        return EngineSocket.accept(request, engine.verticleContext(), maxMessage, metrics);
    }
}
