package dev.fanfara.connection;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a message is framed on a wire. A shared message is framed once per format and event loop, not per member. */
public abstract class WireFormat {
    /** A text frame of RFC 6455 section 5.2, from a server: final, not masked. */
    public static final WireFormat WEBSOCKET = new WireFormat(0, "websocket", "") {
        @Override
        void append(SharedMessage message, CompressionConfig compression, ByteBuf to) {
            byte[] json = message.json();
            webSocketHeader(FINAL_TEXT, json.length, to);
            to.writeBytes(json);
        }

        @Override
        byte[] append(
                ServerMessage message,
                byte[] beginning,
                SharedEnding ending,
                CompressionConfig compression,
                ByteBuf to) {
            byte[] rest = ending.json();
            webSocketHeader(FINAL_TEXT, beginning.length + rest.length, to);
            to.writeBytes(beginning);
            return rest;
        }
    };

    /** The same where permessage-deflate was agreed on; short messages go as they are (RFC 7692 section 6). */
    public static final WireFormat WEBSOCKET_DEFLATE = new WireFormat(1, "websocket", "") {
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
                ServerMessage message,
                byte[] beginning,
                SharedEnding ending,
                CompressionConfig compression,
                ByteBuf to) {
            byte[] json = ending.json();
            int length = beginning.length;
            boolean applies = compression.appliesTo(length + json.length) && length <= MAX_STORED;
            byte[] deflated = applies ? ending.deflated() : json;
            if (deflated.length + STORED_HEADER >= json.length) {
                return WEBSOCKET.append(message, beginning, ending, compression, to);
            }
            webSocketHeader(FINAL_TEXT_DEFLATED, STORED_HEADER + length + deflated.length, to);
            to.writeByte(0).writeShortLE(length).writeShortLE(~length).writeBytes(beginning);
            return deflated;
        }
    };

    /**
     * An event of a stream of Server-Sent Events (HTML Standard, section 9.2), named after the message's type. JSON of
     * ours has no line breaks. Where the client stands is a block of its own, so that all members get the same bytes.
     */
    public static final WireFormat SSE = new WireFormat(2, "sse", "\n\n") {
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
                ServerMessage message,
                byte[] beginning,
                SharedEnding ending,
                CompressionConfig compression,
                ByteBuf to) {
            begin(message.type(), to);
            to.writeBytes(beginning);
            return ending.json();
        }

        private void begin(String type, ByteBuf to) {
            write("event: " + type + "\ndata: ", to);
        }
    };

    /** RFC 1951 section 3.2.4: a block that is not compressed, and not the last. It ends where a byte does. */
    private static final int STORED_HEADER = 5;

    private static final int MAX_STORED = 0xFFFF;

    static final int FINAL_TEXT = 0x81;
    /** With the bit RSV1: RFC 7692 section 7.2.1. */
    private static final int FINAL_TEXT_DEFLATED = 0xC1;

    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_LENGTH_16 = 0xFFFF;
    /** The longest header of a WebSocket frame. */
    public static final int MAX_HEADER = 10;
    /** What no format's framing of one message exceeds. */
    static final int MAX_FRAMING = 64;

    /** The slot of Socket.IO for clients that may be recovered. */
    static final int RECOVERABLE = 4;

    /** What a room's members can have: three of the above, and two of Socket.IO. */
    private static final WireFormat[] IN_MAIN = inNamespace(RoomName.MAIN);

    private final int slot;
    private final String transport;
    private final byte[] trailer;

    WireFormat(int slot, String transport, String trailer) {
        this.slot = slot;
        this.transport = transport;
        this.trailer = trailer.getBytes(StandardCharsets.US_ASCII);
    }

    /** All that the members of a room can have, each at its {@link #slot}. Not to be changed. */
    static WireFormat[] of(RoomName room) {
        String namespace = room.namespace();
        return namespace.equals(RoomName.MAIN) ? IN_MAIN : inNamespace(namespace);
    }

    private static WireFormat[] inNamespace(String namespace) {
        return new WireFormat[] {WEBSOCKET, WEBSOCKET_DEFLATE, SSE, socketIo(namespace), recoverableSocketIo(namespace)
        };
    }

    /** Of Socket.IO in one namespace: equal ones are the same. */
    public static WireFormat socketIo(String namespace) {
        return SocketIoFormat.of(namespace);
    }

    /**
     * The same for clients that may be recovered: what leads on in a room has one more argument, its place, and {@code
     * welcome} is the transport's to say.
     */
    public static WireFormat recoverableSocketIo(String namespace) {
        return SocketIoFormat.recoverable(namespace);
    }

    /** Tells it from the others that a room's members can have. */
    int slot() {
        return slot;
    }

    /** The name of the wire in metrics. */
    public String transport() {
        return transport;
    }

    /** Clients say nothing: they join by connecting, do not answer pings, and come back with a {@link Cursor}. */
    boolean isOneWay() {
        return this == SSE;
    }

    /** The transport sees for itself whether its client lives. */
    boolean watchesClients() {
        return false;
    }

    /** Whoever comes, or says something, hears of it as all members do. */
    boolean hearsItself() {
        return false;
    }

    /** Whether clients on this wire are told such things. */
    boolean tells(ServerMessage message) {
        return true;
    }

    /** What a frame with an ending begins with: JSON that is not closed. */
    byte[] beginning(ServerMessage message) {
        byte[] json = message.toJson();
        return Arrays.copyOf(json, json.length - 1);
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

    /** The same for what a room said; {@code at} is where it leads, if it does. */
    void append(SharedMessage message, @Nullable Position at, CompressionConfig compression, ByteBuf to) {
        append(message, compression, to);
    }

    /**
     * Appends one frame but for its last bytes, which it returns: others get the same. The {@link #trailer} follows.
     *
     * @param beginning what {@link #beginning} made of the message
     */
    abstract byte[] append(
            ServerMessage message, byte[] beginning, SharedEnding ending, CompressionConfig compression, ByteBuf to);

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
