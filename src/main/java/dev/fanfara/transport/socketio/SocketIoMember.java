package dev.fanfara.transport.socketio;

import dev.fanfara.auth.Identity;
import dev.fanfara.connection.Connection;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.Outbound;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.engineio.EngineSession;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** A client in one namespace. Event loop of the session only. */
final class SocketIoMember implements Outbound {
    private final SocketIoSession client;
    private final EngineSession session;
    private final String namespace;
    private final WireFormat format;
    private @Nullable Connection connection;

    SocketIoMember(SocketIoSession client, EngineSession session, String namespace) {
        this.client = client;
        this.session = session;
        this.namespace = namespace;
        this.format = WireFormat.socketIo(namespace);
    }

    /** Called once. The connection greets its client, which answers CONNECT. */
    void open(ConnectionVerticle edge, Identity identity, Runnable onEnd) {
        String address = session.handshake().client().group();
        connection = edge.open(this, identity, address, onEnd);
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
        session.write(frames);
    }

    @Override
    public void flush() {
        session.flush();
    }

    @Override
    public void send(ByteBuf shared, int from) {
        session.send(shared, from);
    }

    @Override
    public long pendingBytes() {
        return session.pendingBytes();
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
