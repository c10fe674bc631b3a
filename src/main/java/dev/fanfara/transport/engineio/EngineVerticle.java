package dev.fanfara.transport.engineio;

import dev.fanfara.auth.Identity;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.EngineId;
import dev.fanfara.bus.EngineMessage;
import dev.fanfara.bus.HttpAnswer;
import dev.fanfara.bus.LoopRef;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.websocket.EngineSocket;
import dev.fanfara.transport.websocket.MessageSocket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of Engine.IO that began on one event loop, whatever their path, and the way to all others: a session stays
 * where it began, and requests for it come to any loop of any node, as a load balancer likes. Touched only by its loop.
 */
public final class EngineVerticle extends VerticleBase implements EngineMessage.Receiver {
    private final Nodes nodes;
    private final LoopRef self;
    private final Gatekeeper gate;
    private final Map<EngineId, EngineSession> sessions = new HashMap<>();
    /** Requests that came here, for sessions elsewhere. */
    private final Map<Long, Asked> asked = new HashMap<>();

    private @Nullable Timeouts timeouts;
    private @Nullable Relays relays;
    /** From anywhere on, so that no two loops of the cluster count the same numbers. */
    private long numbers = new SecureRandom().nextLong();

    private record Asked(LoopRef of, Promise<HttpAnswer> answer) {}

    private final EngineSession.Home home = new EngineSession.Home() {
        @Override
        public Timeouts timeouts() {
            return EngineVerticle.this.timeouts();
        }

        @Override
        public void ended(EngineSession session) {
            sessions.remove(session.id());
        }

        @Override
        public Future<Identity> verify(String token) {
            return gate.identify(token);
        }
    };

    public EngineVerticle(Nodes nodes, int loop, Gatekeeper gate) {
        this.nodes = nodes;
        this.self = new LoopRef(nodes.self().id(), loop);
        this.gate = gate;
    }

    @Override
    public Future<?> start() {
        timeouts = new Timeouts(verticleContext());
        relays = new Relays(vertx, self, nodes.self().loops());
        return Addresses.ENGINE.hear(vertx, self.node(), self.loop(), message -> message.dispatch(this));
    }

    private Timeouts timeouts() {
        if (timeouts == null) {
            throw new IllegalStateException("not started");
        }
        return timeouts;
    }

    private Relays relays() {
        if (relays == null) {
            throw new IllegalStateException("not started");
        }
        return relays;
    }

    ContextInternal verticleContext() {
        return (ContextInternal) context;
    }

    /** For a request or a socket: a number that nothing else in the cluster has. */
    long nextNumber() {
        return ++numbers;
    }

    EngineSession create(Handshake handshake, EngineTerms terms, Runnable onEnd) {
        EngineSession session = new EngineSession(EngineId.create(self), handshake, terms, home, onEnd);
        sessions.put(session.id(), session);
        return session;
    }

    // What the doors ask, wherever the session is

    Future<HttpAnswer> ask(EngineId id, @Nullable String token, long request, EngineMessage.Want want) {
        return isHere(id)
                ? serve(id, token, request, want)
                : askElsewhere(id, request, new EngineMessage.Ask(self, request, id, token, want));
    }

    /** After it was told to go on. */
    Future<HttpAnswer> post(EngineId id, long request, byte[] body) {
        return isHere(id)
                ? serve(id, request, body)
                : askElsewhere(id, request, new EngineMessage.Body(self, request, id, body));
    }

    /** A request comes to nothing. */
    void broken(EngineId id, long request, @Nullable CloseReason reason) {
        EngineMessage.Broken broken = new EngineMessage.Broken(request, id, reason);
        asked.remove(request);
        if (isHere(id)) {
            onBroken(broken);
        } else if (exists(id.home())) {
            relays().tell(id.home(), broken);
        }
    }

    /** A request that was told to go on has become a WebSocket. */
    void opened(EngineId id, long number, EngineSocket socket) {
        if (isHere(id)) {
            probe(id, socket);
        } else {
            relays().open(number, id, socket);
        }
    }

    private boolean isHere(EngineId id) {
        return id.home().equals(self);
    }

    private boolean exists(LoopRef loop) {
        return exists(nodes.self(), loop) || nodes.peers().stream().anyMatch(peer -> exists(peer, loop));
    }

    private static boolean exists(NodeRef node, LoopRef loop) {
        return node.id().equals(loop.node()) && loop.loop() < node.loops();
    }

    private Future<HttpAnswer> askElsewhere(EngineId id, long request, EngineMessage question) {
        if (!exists(id.home())) {
            return unknown();
        }
        Promise<HttpAnswer> answer = Promise.promise();
        asked.put(request, new Asked(id.home(), answer));
        relays().tell(id.home(), question);
        return answer.future();
    }

    private static Future<HttpAnswer> unknown() {
        return Future.succeededFuture(EngineError.UNKNOWN_SESSION.answer());
    }

    /** This node is about to stop: sockets of sessions elsewhere must find another. Event loop only. */
    public Future<Void> drain(Duration window) {
        return relays().drain(window);
    }

    /** A node has left the cluster, with its sessions. Event loop only. */
    public void forget(String node) {
        relays().forget(node);
        List.copyOf(asked.keySet()).forEach(request -> {
            Asked question = asked.get(request);
            if (question != null && question.of.node().equals(node)) {
                onAnswer(new EngineMessage.Answer(request, EngineError.UNKNOWN_SESSION.answer()));
            }
        });
    }

    // What sessions here answer

    private Future<HttpAnswer> serve(EngineId id, @Nullable String token, long request, EngineMessage.Want want) {
        return find(id, token).compose(found -> {
            if (found.isEmpty()) {
                return unknown();
            }
            EngineSession session = found.get();
            return switch (want) {
                case POLL -> session.poll(request);
                case POST -> Future.succeededFuture(session.beginPost(request));
                case SOCKET -> Future.succeededFuture(HttpAnswer.goOn(session.maxPayload()));
            };
        });
    }

    /** One that is there for who shows this, and whose client has not been silent for too long. */
    private Future<Optional<EngineSession>> find(EngineId id, @Nullable String token) {
        EngineSession session = sessions.get(id);
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

    private Future<HttpAnswer> serve(EngineId id, long request, byte[] body) {
        EngineSession session = sessions.get(id);
        return session == null ? unknown() : session.post(request, body);
    }

    private void probe(EngineId id, MessageSocket socket) {
        EngineSession session = sessions.get(id);
        if (session == null) {
            socket.close(CloseReason.NORMAL);
        } else {
            session.probe(socket);
        }
    }

    // What the other loops say

    @Override
    public void onAsk(EngineMessage.Ask ask) {
        answer(ask.from(), ask.request(), serve(ask.session(), ask.token(), ask.request(), ask.want()));
    }

    @Override
    public void onBody(EngineMessage.Body body) {
        answer(body.from(), body.request(), serve(body.session(), body.request(), body.bytes()));
    }

    private void answer(LoopRef to, long request, Future<HttpAnswer> answer) {
        answer.onSuccess(known -> relays().tell(to, new EngineMessage.Answer(request, known)));
    }

    @Override
    public void onBroken(EngineMessage.Broken broken) {
        EngineSession session = sessions.get(broken.session());
        if (session != null) {
            session.broken(broken.request(), broken.reason());
        }
    }

    @Override
    public void onAnswer(EngineMessage.Answer answer) {
        Asked question = asked.remove(answer.request());
        if (question != null) {
            question.answer.complete(answer.answer());
        }
    }

    @Override
    public void onOpened(EngineMessage.Opened opened) {
        probe(opened.session(), relays().opened(opened));
    }

    @Override
    public void onSaid(EngineMessage.Said said) {
        relays().onSaid(said);
    }

    @Override
    public void onSocketGone(EngineMessage.SocketGone gone) {
        relays().onSocketGone(gone);
    }

    @Override
    public void onWrite(EngineMessage.Write write) {
        relays().onWrite(write);
    }

    @Override
    public void onClose(EngineMessage.Close close) {
        relays().onClose(close);
    }

    @Override
    public void onTaken(EngineMessage.Taken taken) {
        relays().onTaken(taken);
    }
}
