package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;

/** A WebSocket as a protocol on top of it sees it, wherever in the cluster it ends. Event loop only. */
public interface MessageSocket {
    /** Hears one socket. Buffers remain the caller's. */
    interface Listener {
        void onText(ByteBuf utf8);

        void onBinary(ByteBuf bytes);

        /** Once; {@code code} is the close code the client sent or got, else 1006. */
        void onGone(int code);
    }

    /** From here on this one hears it. */
    void listen(Listener next);

    /** Owns the buffer: whole frames from a server. Nothing leaves before {@link #flush}. */
    void write(ByteBuf frames);

    void flush();

    /** Writes and flushes whole frames from an index on, in a buffer that remains the caller's. */
    void send(ByteBuf shared, int from);

    /** Bytes that were written but not yet taken by the system. */
    long pendingBytes();

    /** Says why, and ends; completes when the socket is gone. */
    Future<Void> close(CloseReason reason);

    void cutOff();
}
