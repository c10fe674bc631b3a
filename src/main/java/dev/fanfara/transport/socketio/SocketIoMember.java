package dev.fanfara.transport.socketio;

import dev.fanfara.auth.Identity;
import dev.fanfara.connection.Connection;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.Outbound;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.transport.engineio.EngineSession;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client in one namespace. Event loop of the session only. */
final class SocketIoMember implements Outbound {
    private final SocketIoSession client;
    private final EngineSession session;
    private final String namespace;
    private final WireFormat format;
    private @Nullable Connection connection;
    /** What is to be said when CONNECT is answered, of one that may be recovered; null when it is. */
    private @Nullable List<ByteBuf> held;

    private long heldBytes;

    SocketIoMember(SocketIoSession client, EngineSession session, String namespace, boolean mayBeRecovered) {
        this.client = client;
        this.session = session;
        this.namespace = namespace;
        this.format = mayBeRecovered ? WireFormat.recoverableSocketIo(namespace) : WireFormat.socketIo(namespace);
        this.held = mayBeRecovered ? new ArrayList<>() : null;
    }

    /** Called once. The connection greets its client, which answers CONNECT. */
    void open(ConnectionVerticle edge, Identity identity, Runnable onEnd) {
        connection = edge.open(this, identity, address(), onEnd);
    }

    /** Called once, of one that may be recovered. CONNECT is still to be {@link #answer answered}. */
    void open(ConnectionVerticle edge, ConnectionId id, Identity identity, String key, Runnable onEnd) {
        connection = edge.open(this, id, identity, address(), key, onEnd);
    }

    private String address() {
        return session.handshake().client().group();
    }

    /** Its client is connected; {@code pid} is what it shows when it comes back. */
    void answer(String pid) {
        List<ByteBuf> next = held == null ? List.of() : held;
        held = null;
        heldBytes = 0;
        byte[] json = new JsonWriter(128)
                .beginObject()
                .member("sid", connection().id().value())
                .member("pid", pid)
                .endObject()
                .toBytes();
        session.write(PacketFrame.of(Packet.Type.CONNECT, namespace, json));
        next.forEach(session::write);
        session.flush();
    }

    /** CONNECT will not be answered for it: another takes its place. */
    void giveUp() {
        connection().giveUp();
        release();
    }

    /** Nothing can be said any more. */
    void release() {
        if (held != null) {
            held.forEach(ByteBuf::release);
            held.clear();
        }
    }

    Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("not open");
        }
        return connection;
    }

    @Override
    public WireFormat format() {
        return format;
    }

    @Override
    public void write(ByteBuf frames) {
        if (held == null) {
            session.write(frames);
        } else {
            held.add(frames);
            heldBytes += frames.readableBytes();
        }
    }

    @Override
    public void flush() {
        if (held == null) {
            session.flush();
        }
    }

    @Override
    public void send(ByteBuf shared, int from) {
        if (held == null) {
            session.send(shared, from);
        } else {
            write(shared.slice(from, shared.writerIndex() - from).retain());
        }
    }

    @Override
    public long pendingBytes() {
        return heldBytes + session.pendingBytes();
    }

    /** Engine.IO does. */
    @Override
    public void ping() {}

    /** An unmodified client comes back by itself when its session ends, and does not when it was disconnected. */
    @Override
    public Future<Void> close(CloseReason reason) {
        if (reason.invitesTheSameAgain() || reason == CloseReason.TOKEN_EXPIRED) {
            return session.close(reason);
        }
        client.disconnect(namespace);
        return Future.succeededFuture();
    }

    @Override
    public void cutOff() {
        session.cutOff();
    }
}
