package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A message that comes in fragments, until its last one. Touched only by its connection's event loop. */
final class Fragments {
    /** Each costs work of its own, however small it is. */
    private static final int AT_MOST = 1024;

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

    /** Says why the message cannot go on like this; null if it can. */
    @Nullable
    CloseReason add(ByteBuf fragment, int maxMessage) {
        if (++count > AT_MOST || content.readableBytes() + fragment.readableBytes() > maxMessage) {
            return CloseReason.TOO_BIG;
        }
        if (text && !deflated && !utf8.goesOn(fragment)) {
            return CloseReason.INVALID_UTF8;
        }
        content.writeBytes(fragment, fragment.readerIndex(), fragment.readableBytes());
        return null;
    }
}
