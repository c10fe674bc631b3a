package dev.fanfara.transport.engineio;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.EngineId;
import dev.fanfara.bus.EngineMessage;
import dev.fanfara.bus.LoopRef;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.websocket.EngineSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The WebSockets of one event loop that belong to sessions of others, and those of others that belong to sessions here.
 * A load balancer deals out TCP connections as it likes, so the one with the WebSocket of a session that began by polling
 * may end anywhere. Touched only by its event loop.
 *
 * <p>Messages carry numbers, since the bus loses some when a connection between nodes breaks: then the session ends, and
 * its client begins a new one, rather than missing something without a word.
 */
final class Relays {
    /** What may be on its way to one other node, by all of this node's loops: one that is frozen takes nothing. */
    private static final long MAX_PER_NODE = 16 * 1024 * 1024;

    private final Vertx vertx;
    private final LoopRef self;
    private final long maxPerNode;
    private final Map<Long, RelayedSocket> elsewhere = new HashMap<>();
    private final Map<Long, SocketRelay> here = new HashMap<>();
    /** So that none is built per message. */
    private final Map<LoopRef, String> addresses = new HashMap<>();
    /** Completes when no socket is here any more; this node is about to stop. */
    private @Nullable Promise<Void> drained;

    /** By node. */
    private final Map<String, Long> untaken = new HashMap<>();

    /** @param loops of this node */
    Relays(Vertx vertx, LoopRef self, int loops) {
        this.vertx = vertx;
        this.self = self;
        this.maxPerNode = MAX_PER_NODE / loops;
    }

    void tell(LoopRef to, EngineMessage message) {
        String address = addresses.computeIfAbsent(to, loop -> Addresses.ENGINE.address(loop.node(), loop.loop()));
        if (to.node().equals(self.node())) {
            Addresses.ENGINE.tellLocal(vertx, address, message);
        } else {
            Addresses.ENGINE.tell(vertx, address, message);
        }
    }

    // Sockets elsewhere

    RelayedSocket opened(EngineMessage.Opened opened) {
        RelayedSocket socket = new RelayedSocket(this, opened.socket(), opened.from());
        elsewhere.put(opened.socket(), socket);
        return socket;
    }

    /** Counted until it is {@link #taken}. Within a node the bound of each socket is enough. */
    boolean maySend(LoopRef to, int weight) {
        if (to.node().equals(self.node())) {
            return true;
        }
        if (untaken.getOrDefault(to.node(), 0L) + weight > maxPerNode) {
            return false;
        }
        untaken.merge(to.node(), (long) weight, Long::sum);
        return true;
    }

    void taken(LoopRef by, long weight) {
        untaken.computeIfPresent(by.node(), (node, waiting) -> waiting - weight);
    }

    /** Owns the buffer. */
    void write(LoopRef to, long socket, long number, ByteBuf frames) {
        ByteBuf carried = frames;
        if (!to.node().equals(self.node())) {
            // When the bus makes bytes of it, and whether it does, is not known here; this one needs no release.
            carried = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(frames));
            frames.release();
        }
        tell(to, new EngineMessage.Write(socket, number, carried));
    }

    void onSaid(EngineMessage.Said said) {
        RelayedSocket socket = elsewhere.get(said.socket());
        if (socket != null) {
            socket.onSaid(said);
        }
    }

    void onSocketGone(EngineMessage.SocketGone gone) {
        RelayedSocket socket = elsewhere.remove(gone.socket());
        if (socket != null) {
            socket.onGone(gone.code());
        }
    }

    // Sockets here

    void open(long number, EngineId session, EngineSocket socket) {
        if (drained != null) {
            socket.close(CloseReason.SHUTTING_DOWN);
            return;
        }
        SocketRelay relay = new SocketRelay(this, number, session.home(), socket);
        here.put(number, relay);
        tell(session.home(), new EngineMessage.Opened(self, number, session));
        socket.listen(relay);
    }

    void gone(long number, LoopRef home, int code) {
        if (here.remove(number) != null) {
            tell(home, new EngineMessage.SocketGone(number, code));
        }
        if (drained != null && here.isEmpty()) {
            drained.tryComplete();
        }
    }

    void onWrite(EngineMessage.Write write) {
        SocketRelay relay = here.get(write.socket());
        if (relay == null) {
            write.frames().release();
        } else {
            relay.onWrite(write);
        }
    }

    void onClose(EngineMessage.Close close) {
        SocketRelay relay = here.get(close.socket());
        if (relay != null) {
            relay.onClose(close.reason());
        }
    }

    // Both

    void onTaken(EngineMessage.Taken taken) {
        RelayedSocket relayed = elsewhere.get(taken.socket());
        SocketRelay relay = here.get(taken.socket());
        if (relayed != null) {
            relayed.onTaken(taken.weight());
        } else if (relay != null) {
            relay.onTaken(taken.weight());
        }
    }

    /** The sockets that are here end evenly over the window; their clients begin new sessions on other nodes. */
    Future<Void> drain(Duration window) {
        Promise<Void> done = Promise.promise();
        drained = done;
        List<SocketRelay> all = List.copyOf(here.values());
        for (int i = 0; i < all.size(); i++) {
            SocketRelay relay = all.get(i);
            long afterMs = Math.max(1, window.toMillis() * i / all.size());
            vertx.setTimer(afterMs, due -> relay.onClose(CloseReason.SHUTTING_DOWN));
        }
        if (all.isEmpty()) {
            done.complete();
        }
        return done.future();
    }

    /** A node has gone: its sessions, and the sockets it held. */
    void forget(String node) {
        List.copyOf(elsewhere.values()).forEach(socket -> {
            if (socket.far().node().equals(node)) {
                elsewhere.remove(socket.number());
                // It may be there after all, and not know that it was forgotten.
                tell(socket.far(), new EngineMessage.Close(socket.number(), null));
                socket.onGone(SocketRelay.BROKEN);
            }
        });
        untaken.remove(node);
        addresses.keySet().removeIf(loop -> loop.node().equals(node));
        List.copyOf(here.values()).forEach(relay -> {
            if (relay.home().node().equals(node)) {
                relay.onClose(CloseReason.INTERNAL_ERROR);
            }
        });
    }
}
