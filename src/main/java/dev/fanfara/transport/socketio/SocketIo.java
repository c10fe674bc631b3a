package dev.fanfara.transport.socketio;

import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.engineio.EngineApplication;
import dev.fanfara.transport.engineio.EngineSession;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/** Rooms for clients of Socket.IO: what speaks on all sessions of one event loop. */
public final class SocketIo implements EngineApplication {
    /** How long a session may be there without having connected to a namespace. */
    private static final long CONNECT_TIMEOUT_MS = 45_000;

    final ConnectionVerticle edge;
    final Gatekeeper gate;
    private final LiveSettings settings;

    public SocketIo(ConnectionVerticle edge, Gatekeeper gate, LiveSettings settings) {
        this.edge = edge;
        this.gate = gate;
        this.settings = settings;
    }

    @Override
    public Listener opened(EngineSession session) {
        SocketIoSession opened = new SocketIoSession(this, session);
        Vertx vertx = edge.vertxOfLoop();
        long timer = vertx.setTimer(CONNECT_TIMEOUT_MS, late -> opened.requireNamespace());
        opened.whenConnected(() -> vertx.cancelTimer(timer));
        return opened;
    }

    List<String> namespaces() {
        return settings.current().config().socketio().namespaces();
    }

    /** Whether clients that were cut off may come back for what they had. */
    boolean recovers() {
        return !recovery().isZero();
    }

    /** A client that came for it has gone again. */
    void keep(String key, SavedSession session) {
        edge.sessions().keep(key, session, recovery());
    }

    private Duration recovery() {
        return settings.current().config().socketio().recovery();
    }

    long maxMessageSize() {
        return settings.current().config().connections().maxMessageSize();
    }
}
