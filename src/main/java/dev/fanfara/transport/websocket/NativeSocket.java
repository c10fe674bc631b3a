package dev.fanfara.transport.websocket;

import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.connection.Connection;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.Outbound;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.internal.ContextInternal;
import org.jspecify.annotations.Nullable;

/** The native protocol on a WebSocket: each text message is a command, and there are no binary ones. */
final class NativeSocket extends WebSocketWire implements Outbound {
    private @Nullable Connection connection;

    NativeSocket(ContextInternal vertxContext, Terms terms) {
        super(vertxContext, terms);
    }

    /** Called once, when the wire is in place. */
    void open(ConnectionVerticle edge, Identity identity, Connections.Lease lease) {
        connection = edge.open(this, identity, lease.address(), lease::close);
    }

    @Override
    public WireFormat format() {
        return deflates() ? WireFormat.WEBSOCKET_DEFLATE : WireFormat.WEBSOCKET;
    }

    @Override
    void onText(ByteBuf utf8) {
        if (connection != null) {
            connection.onText(bytesOf(utf8));
        }
    }

    @Override
    void onBinary(ByteBuf bytes) {
        violated(CloseReason.BINARY_NOT_SUPPORTED);
    }

    @Override
    void onLife() {
        if (connection != null) {
            connection.onLife();
        }
    }

    @Override
    void onGone(int code) {
        if (connection != null) {
            connection.onClosed(code);
        }
    }
}
