package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Writes a client's WebSocket frames, unfragmented and masked as RFC 6455 wants them. */
final class MaskedFrame {
    static final int TEXT = 1;
    static final int CLOSE = 8;
    static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LONGEST_HEADER = 14;
    private static final int NORMAL_CLOSURE = 1000;

    private MaskedFrame() {}

    static ByteBuf text(ByteBufAllocator allocator, String text) {
        return frame(allocator, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    static ByteBuf close(ByteBufAllocator allocator) {
        return frame(allocator, CLOSE, new byte[] {(byte) (NORMAL_CLOSURE >> 8), (byte) NORMAL_CLOSURE});
    }

    /** One frame of these parts, one after the other. */
    static ByteBuf frame(ByteBufAllocator allocator, int opcode, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuf out = allocator.directBuffer(LONGEST_HEADER + length);
        out.writeByte(FIN | opcode);
        if (length < 126) {
            out.writeByte(MASKED | length);
        } else if (length <= 0xffff) {
            out.writeByte(MASKED | 126).writeShort(length);
        } else {
            out.writeByte(MASKED | 127).writeLong(length);
        }
        int mask = ThreadLocalRandom.current().nextInt();
        out.writeInt(mask);
        int at = 0;
        for (byte[] part : parts) {
            for (byte each : part) {
                out.writeByte(each ^ mask >>> 24 - 8 * (at++ & 3));
            }
        }
        return out;
    }
}
