package dev.fanfara.connection;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** How a message is framed on a wire. A shared message is framed once per format and event loop, not per member. */
public enum WireFormat {
    /** A text frame of RFC 6455 section 5.2, from a server: final, not masked. */
    WEBSOCKET("websocket") {
        @Override
        void append(SharedMessage message, CompressionConfig compression, ByteBuf to) {
            byte[] json = message.json();
            webSocketHeader(FINAL_TEXT, json.length, to);
            to.writeBytes(json);
        }

        @Override
        byte[] append(
                String type,
                byte[] beginning,
                int length,
                SharedEnding ending,
                CompressionConfig compression,
                ByteBuf to) {
            byte[] rest = ending.json();
            webSocketHeader(FINAL_TEXT, length + rest.length, to);
            to.writeBytes(beginning, 0, length);
            return rest;
        }
    },

    /** The same where permessage-deflate was agreed on; short messages go as they are (RFC 7692 section 6). */
    WEBSOCKET_DEFLATE("websocket") {
        @Override
        void append(SharedMessage message, CompressionConfig compression, ByteBuf to) {
            byte[] json = message.json();
            byte[] deflated = compression.appliesTo(json.length) ? message.deflated() : json;
            if (deflated.length < json.length) {
                webSocketHeader(FINAL_TEXT_DEFLATED, deflated.length, to);
                to.writeBytes(deflated);
            } else {
                WEBSOCKET.append(message, compression, to);
            }
        }

        @Override
        byte[] append(
                String type,
                byte[] beginning,
                int length,
                SharedEnding ending,
                CompressionConfig compression,
                ByteBuf to) {
            byte[] json = ending.json();
            boolean applies = compression.appliesTo(length + json.length) && length <= MAX_STORED;
            byte[] deflated = applies ? ending.deflated() : json;
            if (deflated.length + STORED_HEADER >= json.length) {
                return WEBSOCKET.append(type, beginning, length, ending, compression, to);
            }
            webSocketHeader(FINAL_TEXT_DEFLATED, STORED_HEADER + length + deflated.length, to);
            to.writeByte(0).writeShortLE(length).writeShortLE(~length).writeBytes(beginning, 0, length);
            return deflated;
        }
    },

    /**
     * An event of a stream of Server-Sent Events (HTML Standard, section 9.2), named after the message's type. JSON of
     * ours has no line breaks. Where the client stands is a block of its own, so that all members get the same bytes.
     */
    SSE("sse", "\n\n") {
        @Override
        void append(SharedMessage message, CompressionConfig compression, ByteBuf to) {
            if (message.message() instanceof ServerMessage.Reconnect reconnect) {
                write("retry: " + reconnect.after() + "\n", to);
            }
            begin(message.message().type(), to);
            to.writeBytes(message.json()).writeBytes(trailer());
        }

        @Override
        byte[] append(
                String type,
                byte[] beginning,
                int length,
                SharedEnding ending,
                CompressionConfig compression,
                ByteBuf to) {
            begin(type, to);
            to.writeBytes(beginning, 0, length);
            return ending.json();
        }

        private void begin(String type, ByteBuf to) {
            write("event: " + type + "\ndata: ", to);
        }
    };

    /** RFC 1951 section 3.2.4: a block that is not compressed, and not the last. It ends where a byte does. */
    private static final int STORED_HEADER = 5;

    private static final int MAX_STORED = 0xFFFF;

    private static final int FINAL_TEXT = 0x81;
    /** With the bit RSV1: RFC 7692 section 7.2.1. */
    private static final int FINAL_TEXT_DEFLATED = 0xC1;

    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_LENGTH_16 = 0xFFFF;
    /** The longest header of a WebSocket frame. */
    public static final int MAX_HEADER = 10;
    /** What no format's framing of one message exceeds. */
    static final int MAX_FRAMING = 64;

    private final String transport;
    private final byte[] trailer;

    WireFormat(String transport) {
        this(transport, "");
    }

    WireFormat(String transport, String trailer) {
        this.transport = transport;
        this.trailer = trailer.getBytes(StandardCharsets.US_ASCII);
    }

    /** The name of the wire in metrics. */
    public String transport() {
        return transport;
    }

    /** Clients say nothing: they join by connecting, do not answer pings, and come back with a {@link Cursor}. */
    boolean isOneWay() {
        return this == SSE;
    }

    /** What ends a message. Not to be changed. */
    byte[] trailer() {
        return trailer;
    }

    /** Appends what makes an {@code EventSource} remember this; it dispatches nothing. */
    static void appendCursor(String cursor, ByteBuf to) {
        write("id: " + cursor + "\n\n", to);
    }

    private static void write(String ascii, ByteBuf to) {
        to.writeCharSequence(ascii, StandardCharsets.US_ASCII);
    }

    /** Appends one frame with this message, whose bytes are made on first use. */
    abstract void append(SharedMessage message, CompressionConfig compression, ByteBuf to);

    /**
     * Appends one frame but for its last bytes, which it returns: others get the same. The {@link #trailer} follows.
     *
     * @param type of the message
     * @param beginning JSON of which so many bytes count
     */
    abstract byte[] append(
            String type, byte[] beginning, int length, SharedEnding ending, CompressionConfig compression, ByteBuf to);

    /** The header of a frame from a server; {@code firstByte} holds the final bit and the opcode. */
    public static void webSocketHeader(int firstByte, int length, ByteBuf to) {
        to.writeByte(firstByte);
        if (length < LENGTH_16) {
            to.writeByte(length);
        } else if (length <= MAX_LENGTH_16) {
            to.writeByte(LENGTH_16).writeShort(length);
        } else {
            to.writeByte(LENGTH_64).writeLong(length);
        }
    }
}
