package dev.fanfara.transport.engineio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The bodies of long polling: packets with a separator between them, binary ones in base64. */
final class Payload {
    private static final byte SEPARATOR = 0x1e;
    /** Each costs work of its own, however small it is. */
    static final int MAX_PACKETS = 1_000;
    /** In one answer: python-engineio ends a session that is told more at once. */
    static final int MAX_ANSWERED = 16;

    /** RFC 6455 section 5.2, as a server sends them: with a length, without a mask. */
    private static final int OPCODE = 0x0f;

    private static final int OPCODE_BINARY = 0x2;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private Payload() {}

    /** Hears packet by packet; false ends it. */
    interface Receiver {
        /** @param packet valid UTF-8, with its type */
        boolean onPacket(ByteBuf packet);

        boolean onBinary(ByteBuf bytes);
    }

    /** False if this is no payload; what stood before the mistake was heard. */
    static boolean read(byte[] body, Receiver receiver) {
        ByteBuf payload = Unpooled.wrappedBuffer(body);
        if (!ByteBufUtil.isText(payload, StandardCharsets.UTF_8)) {
            return false;
        }
        for (int from = 0, packets = 1; ; packets++) {
            int separator = payload.indexOf(from, body.length, SEPARATOR);
            int end = separator < 0 ? body.length : separator;
            if (end == from || packets > MAX_PACKETS) {
                return false;
            }
            boolean goesOn;
            if (body[from] == PacketType.BINARY) {
                ByteBuf bytes = decoded(body, from + 1, end);
                if (bytes == null) {
                    return false;
                }
                goesOn = receiver.onBinary(bytes);
            } else {
                goesOn = receiver.onPacket(payload.slice(from, end - from));
            }
            if (separator < 0 || !goesOn) {
                return true;
            }
            from = separator + 1;
        }
    }

    private static @Nullable ByteBuf decoded(byte[] body, int from, int end) {
        try {
            return Unpooled.wrappedBuffer(Base64.getDecoder().decode(ByteBuffer.wrap(body, from, end - from)));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    /**
     * As many of the frames as fit, at least one; they are taken out and released.
     *
     * @param frames buffers of whole frames
     * @param max in bytes
     */
    static byte[] write(Deque<ByteBuf> frames, int max) {
        ByteBuf payload = Unpooled.buffer();
        int packets = 0;
        while (!frames.isEmpty()) {
            ByteBuf first = frames.getFirst();
            while (first.isReadable()) {
                if (packets == MAX_ANSWERED || !append(first, payload, max)) {
                    return ByteBufUtil.getBytes(payload);
                }
                packets++;
            }
            frames.removeFirst().release();
        }
        return ByteBufUtil.getBytes(payload);
    }

    private static boolean append(ByteBuf frames, ByteBuf payload, int max) {
        int start = frames.readerIndex();
        boolean isBinary = (frames.readByte() & OPCODE) == OPCODE_BINARY;
        int length = frames.readByte();
        if (length == LENGTH_16) {
            length = frames.readUnsignedShort();
        } else if (length == LENGTH_64) {
            length = (int) frames.readLong();
        }
        int packet = isBinary ? 1 + (length + 2) / 3 * 4 : length;
        boolean isFirst = !payload.isReadable();
        if (!isFirst && payload.readableBytes() + 1 + packet > max) {
            frames.readerIndex(start);
            return false;
        }
        if (!isFirst) {
            payload.writeByte(SEPARATOR);
        }
        if (isBinary) {
            byte[] bytes = new byte[length];
            frames.readBytes(bytes);
            payload.writeByte(PacketType.BINARY).writeBytes(Base64.getEncoder().encode(bytes));
        } else {
            payload.writeBytes(frames, length);
        }
        return true;
    }
}
