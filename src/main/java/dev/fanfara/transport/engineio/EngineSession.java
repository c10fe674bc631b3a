package dev.fanfara.transport.engineio;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;

/**
 * One client of Engine.IO 4 from handshake to close, whichever way its bytes take. Event loop of the session only.
 *
 * <p>What is written are whole WebSocket frames from a server, text (with the packet's type, {@code 4}) or binary: that is
 * what most clients get, so all of them share the bytes; for those that poll the frames are taken apart.
 */
public interface EngineSession {
    Handshake handshake();

    /** From here on, a request for this session that shows a token must show one of this user. */
    void bind(String user);

    /** Owns the buffer. Nothing leaves before {@link #flush}. */
    void write(ByteBuf frames);

    void flush();

    /** Writes and flushes whole frames from an index on, in a buffer that remains the caller's. */
    void send(ByteBuf shared, int from);

    /** Bytes that were written but have not left. */
    long pendingBytes();

    /** What was written still leaves; then the client is told by the close packet, after which it may come again. */
    Future<Void> close(CloseReason reason);

    /** Ends at once; what still waits is lost. */
    void cutOff();
}
