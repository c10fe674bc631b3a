package dev.fanfara.connection;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;

/** The way to one client, as a transport brings it. Event loop only. */
public interface Outbound {
    /** How this wire frames a message; connections of one format share their bytes. */
    WireFormat format();

    /** Queues whole frames in this wire's format, and owns the buffer from here. Nothing leaves before {@link #flush}. */
    void write(ByteBuf frames);

    void flush();

    /**
     * Writes and flushes whole frames from an index on, in a buffer that is shared with others: it remains the caller's,
     * who will not change it. Costs less than a write and a flush.
     */
    void send(ByteBuf shared, int from);

    /** Bytes that were written but not yet taken by the system. */
    long pendingBytes();

    /** Asks the client for a sign of life. */
    void ping();

    /**
     * Says why, and ends; a client that does not answer is cut off. Nothing can be written after it. Completes when the
     * wire is gone.
     */
    Future<Void> close(CloseReason reason);

    /** Ends at once; what still waits is lost. */
    void cutOff();
}
