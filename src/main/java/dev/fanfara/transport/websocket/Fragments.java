package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A message that does not come at once, until its end. Touched only by its connection's event loop. */
final class Fragments {
    private final boolean text;
    private final boolean deflated;
    private final ByteBuf content;
    private final Utf8Check utf8 = new Utf8Check();
    private int count;

    /** Owns the buffer, which is empty. */
    Fragments(boolean text, boolean deflated, ByteBuf content) {
        this.text = text;
        this.deflated = deflated;
        this.content = content;
    }

    boolean isText() {
        return text;
    }

    boolean isDeflated() {
        return deflated;
    }

    /** All that has come. */
    ByteBuf content() {
        return content;
    }

    /**
     * Says why the message cannot go on like this; null if it can.
     *
     * @param isFramesEnd whether a frame ends with this
     */
    @Nullable
    CloseReason add(ByteBuf piece, boolean isFramesEnd, Terms terms) {
        if (isFramesEnd) {
            count++;
        }
        if (count > terms.maxFragments() || content.readableBytes() + piece.readableBytes() > terms.maxMessage()) {
            return CloseReason.TOO_BIG;
        }
        if (text && !deflated && !utf8.goesOn(piece)) {
            return CloseReason.INVALID_UTF8;
        }
        content.writeBytes(piece, piece.readerIndex(), piece.readableBytes());
        return null;
    }
}
