package dev.fanfara.connection;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Frames whose ending others get too: when a thousand clients come back, a thousand sockets are written to from one
 * buffer. It is kept for a moment only; who has not taken it by then keeps it alive. Touched only by the connections'
 * event loop.
 */
final class Endings {
    /** Shorter ones are copied: that costs less than a buffer made of two. */
    private static final int SHARED_FROM = 4 * 1024;
    /** More are not kept for who comes next. */
    private static final long MAX_KEPT = 16 << 20;

    /** By the bytes they hold, which are the same array each time. */
    private final Map<byte[], ByteBuf> kept = new IdentityHashMap<>();

    private long keptBytes;

    /** One frame; {@code message} has no members but those that stand before the ending. */
    ByteBuf frame(ServerMessage message, SharedEnding ending, WireFormat format, CompressionConfig compression) {
        byte[] beginning = format.beginning(message);
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(beginning.length + WireFormat.MAX_FRAMING);
        byte[] rest = format.append(message, beginning, ending, compression, frame);
        byte[] trailer = format.trailer();
        if (rest.length < SHARED_FROM) {
            return frame.writeBytes(rest).writeBytes(trailer);
        }
        CompositeByteBuf whole = PooledByteBufAllocator.DEFAULT
                .compositeDirectBuffer(3)
                .addComponent(true, frame)
                .addComponent(true, buffer(rest));
        if (trailer.length > 0) {
            whole.addComponent(
                    true,
                    PooledByteBufAllocator.DEFAULT.directBuffer(trailer.length).writeBytes(trailer));
        }
        return whole;
    }

    private ByteBuf buffer(byte[] bytes) {
        ByteBuf known = kept.get(bytes);
        if (known == null) {
            known = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
            if (keptBytes + bytes.length > MAX_KEPT) {
                return known;
            }
            kept.put(bytes, known);
            keptBytes += bytes.length;
        }
        return known.retainedDuplicate();
    }

    /** Now and then. */
    void release() {
        kept.values().forEach(ByteBuf::release);
        kept.clear();
        keptBytes = 0;
    }
}
