package dev.fanfara.transport.engineio;

import io.netty.buffer.ByteBuf;

/** What is spoken on the sessions of one path. */
public interface EngineApplication {
    /** A session has begun, and its client was told so. On the session's event loop. */
    Listener opened(EngineSession session);

    /** Hears one session. On the session's event loop only. */
    interface Listener {
        /** A text message; the bytes are valid UTF-8, without the packet's type, and the caller's. */
        void onText(ByteBuf utf8);

        /** A binary message; the bytes are the caller's. */
        void onBinary(ByteBuf bytes);

        /** The client was asked for life; what was written before came before. */
        default void pinged() {}

        /** It answered. */
        default void answered() {}

        /** Once, whatever the reason; {@code code} is a close code, or 1006. Nothing can be written any more. */
        void onClosed(int code);
    }
}
