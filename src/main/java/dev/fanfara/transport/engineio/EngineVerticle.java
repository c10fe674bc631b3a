package dev.fanfara.transport.engineio;

import dev.fanfara.auth.Identity;
import dev.fanfara.bus.HttpAnswer;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of Engine.IO that began on one event loop, whatever their path, and the way to them. Touched only by that
 * loop.
 */
public final class EngineVerticle extends VerticleBase {
    private final String node;
    private final int loop;
    private final Gatekeeper gate;
    private final Map<String, EngineSession> sessions = new HashMap<>();
    private @Nullable Timeouts timeouts;
    private long requests;

    private final EngineSession.Home home = new EngineSession.Home() {
        @Override
        public Timeouts timeouts() {
            return EngineVerticle.this.timeouts();
        }

        @Override
        public void ended(EngineSession session) {
            sessions.remove(session.id().word());
        }

        @Override
        public Future<Identity> verify(String token) {
            return gate.identify(token);
        }
    };

    public EngineVerticle(String node, int loop, Gatekeeper gate) {
        this.node = node;
        this.loop = loop;
        this.gate = gate;
    }

    @Override
    public Future<?> start() {
        timeouts = new Timeouts(verticleContext());
        return Future.succeededFuture();
    }

    private Timeouts timeouts() {
        if (timeouts == null) {
            throw new IllegalStateException("not started");
        }
        return timeouts;
    }

    ContextInternal verticleContext() {
        return (ContextInternal) context;
    }

    /** A number for a request that nothing else on this loop has. */
    long nextRequest() {
        return ++requests;
    }

    EngineSession create(Handshake handshake, EngineTerms terms, Runnable onEnd) {
        EngineSession session = new EngineSession(EngineId.create(loop, node), handshake, terms, home, onEnd);
        sessions.put(session.id().word(), session);
        return session;
    }

    /** One that is there for who shows this, and whose client has not been silent for too long. */
    Future<Optional<EngineSession>> find(String sid, @Nullable String token) {
        EngineSession session = sessions.get(sid);
        if (session != null && session.isOverdue()) {
            session.timeUp();
            session = null;
        }
        if (session == null) {
            return Future.succeededFuture(Optional.empty());
        }
        EngineSession found = session;
        return found.admits(token).map(mayPass -> mayPass ? Optional.of(found) : Optional.empty());
    }

    private Future<HttpAnswer> ask(
            String sid, @Nullable String token, Function<EngineSession, Future<HttpAnswer>> question) {
        return find(sid, token)
                .compose(found -> found.map(question)
                        .orElseGet(() -> Future.succeededFuture(EngineError.UNKNOWN_SESSION.answer())));
    }

    Future<HttpAnswer> poll(String sid, @Nullable String token, long request) {
        return ask(sid, token, session -> session.poll(request));
    }

    Future<HttpAnswer> beginPost(String sid, @Nullable String token, long request) {
        return ask(sid, token, session -> Future.succeededFuture(session.beginPost(request)));
    }

    /** After it had begun. */
    Future<HttpAnswer> post(String sid, long request, byte[] body) {
        EngineSession session = sessions.get(sid);
        return session == null
                ? Future.succeededFuture(EngineError.UNKNOWN_SESSION.answer())
                : session.post(request, body);
    }

    /** The client of a request that had begun has gone. */
    void broke(String sid, long request) {
        EngineSession session = sessions.get(sid);
        if (session != null) {
            session.broke(request);
        }
    }

    void bodyRefused(String sid, long request, CloseReason reason) {
        EngineSession session = sessions.get(sid);
        if (session != null) {
            session.bodyRefused(request, reason);
        }
    }
}
