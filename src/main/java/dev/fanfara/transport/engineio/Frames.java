package dev.fanfara.transport.engineio;

import dev.fanfara.connection.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Whole WebSocket frames with one packet each. */
public final class Frames {
    /** RFC 6455 section 5.2: the first byte of a final frame. */
    private static final int FINAL_TEXT = 0x81;

    private static final int FINAL_BINARY = 0x82;

    private Frames() {}

    /** A packet of the protocol itself. */
    static ByteBuf packet(byte type, String ascii) {
        ByteBuf frame = begin(FINAL_TEXT, 1 + ascii.length());
        frame.writeByte(type).writeCharSequence(ascii, StandardCharsets.US_ASCII);
        return frame;
    }

    /** A text message; the buffer remains the caller's. */
    public static ByteBuf text(ByteBuf utf8) {
        ByteBuf frame = begin(FINAL_TEXT, 1 + utf8.readableBytes());
        return frame.writeByte(PacketType.MESSAGE).writeBytes(utf8, utf8.readerIndex(), utf8.readableBytes());
    }

    /** A binary message; the buffer remains the caller's. */
    public static ByteBuf binary(ByteBuf bytes) {
        return begin(FINAL_BINARY, bytes.readableBytes()).writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    }

    private static ByteBuf begin(int firstByte, int length) {
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(WireFormat.MAX_HEADER + length);
        WireFormat.webSocketHeader(firstByte, length, frame);
        return frame;
    }
}
