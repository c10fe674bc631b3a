package dev.fanfara.transport.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Deflates what one client is sent, each message with those before it as context if that was agreed (RFC 7692 section
 * 7.2.1). Touched only by its connection's event loop.
 *
 * <p>The JDK's deflater knows no window but the largest. For a smaller one it begins anew, in the middle of a message too,
 * whenever as much has gone in as that window holds: nothing can refer further back then. Between two blocks that end on
 * a byte a receiver cannot tell.
 */
final class StreamDeflater {
    /** What a flush ends with and the receiver puts back. */
    private static final int TAIL = 4;
    /** Section 7.2.3.6: a flush of nothing, of which the deflater makes nothing the second time. */
    private static final int EMPTY_MESSAGE = 0;

    private static final int LARGEST_WINDOW = 15;
    private static final int ROOM = 512;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final boolean forgets;
    /** How much may go in between two beginnings. */
    private final int window;
    /** How much has gone in since it last began. */
    private int used;

    StreamDeflater(DeflateParameters agreed) {
        forgets = agreed.serverForgets();
        int bits = agreed.serverWindow();
        window = bits == 0 || bits == LARGEST_WINDOW ? Integer.MAX_VALUE : 1 << bits;
    }

    /** Appends the message, deflated. */
    void deflate(ByteBuf message, ByteBuf to) {
        if (!message.isReadable()) {
            to.writeByte(EMPTY_MESSAGE);
            return;
        }
        if (forgets) {
            beginAnew();
        }
        int at = message.readerIndex();
        while (at < message.writerIndex()) {
            if (used == window) {
                beginAnew();
            }
            int count = Math.min(message.writerIndex() - at, window - used);
            deflate(message.nioBuffer(at, count), to);
            at += count;
            used += count;
        }
        to.writerIndex(to.writerIndex() - TAIL);
    }

    private void beginAnew() {
        deflater.reset();
        used = 0;
    }

    private void deflate(ByteBuffer piece, ByteBuf to) {
        deflater.setInput(piece);
        boolean isFull = true;
        while (isFull) {
            to.ensureWritable(ROOM);
            ByteBuffer room = to.nioBuffer(to.writerIndex(), to.writableBytes());
            deflater.deflate(room, Deflater.SYNC_FLUSH);
            to.writerIndex(to.writerIndex() + room.position());
            isFull = !room.hasRemaining();
        }
    }

    void end() {
        deflater.end();
    }
}
