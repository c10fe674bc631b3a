package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Takes apart the frames a client sends (RFC 6455 section 5), and refuses the first that may not come. Event loop only.
 *
 * <p>What a data frame carries is handed on as it comes, unmasked where it lies. Netty's decoder waits for the whole frame
 * and copies it: then a text that is none is found only at its end, and a big message is in memory twice.
 */
abstract class FrameDecoder extends ByteToMessageDecoder {
    static final int FINAL = 0x80;
    /** Says of a message's first frame that it is deflated: RFC 7692 section 6. */
    static final int RSV1 = 0x40;

    static final int TEXT = 0x1;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    /** RFC 6455 section 5.5. */
    static final int MAX_CONTROL_PAYLOAD = 125;

    private static final int CONTINUATION = 0x0;
    private static final int BINARY = 0x2;
    private static final int OPCODE = 0x0F;
    private static final int RSV = 0x70;

    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;
    private static final int LENGTH_IN_2 = 126;
    private static final int LENGTH_IN_8 = 127;
    private static final int MASK_BYTES = 4;

    private static final int NO_FRAME = -1;

    private final Terms terms;
    /** The first byte of the frame whose payload is coming. */
    private int head = NO_FRAME;
    /** How much of that payload is still to come. */
    private int rest;
    /** Turned so that its first byte is the one for the payload's next. */
    private int mask;
    /** The last data frame was not its message's last. */
    private boolean isInMessage;
    /** Nothing counts after a close frame, nor after something that is no frame. */
    private boolean isOver;

    FrameDecoder(Terms terms) {
        this.terms = terms;
    }

    final Terms terms() {
        return terms;
    }

    static int opcode(int head) {
        return head & OPCODE;
    }

    private static boolean isControl(int head) {
        return opcode(head) >= CLOSE;
    }

    /**
     * The next of a frame's payload, which is the caller's; a control frame comes whole.
     *
     * @param head the frame's first byte
     * @param isFramesEnd whether this is the last of it; it may be empty then
     */
    abstract void onPayload(int head, ByteBuf payload, boolean isFramesEnd);

    /** A frame began as none may: nobody can tell where the next one would. */
    abstract void onNoFrame(CloseReason reason);

    @Override
    protected final void decode(ChannelHandlerContext from, ByteBuf in, List<Object> forNobody) {
        if (!isOver && (head != NO_FRAME || readHead(in))) {
            readPayload(in);
        }
        if (isOver) {
            in.skipBytes(in.readableBytes());
        }
    }

    /** Whether there is a whole head, and a right one. */
    private boolean readHead(ByteBuf in) {
        int at = in.readerIndex();
        if (in.readableBytes() < 2) {
            return false;
        }
        int first = in.getUnsignedByte(at);
        int second = in.getUnsignedByte(at + 1);
        if ((second & MASKED) == 0 || !mayCome(first, second & LENGTH)) {
            return noFrame(CloseReason.PROTOCOL_ERROR);
        }
        int headBytes = 2 + lengthBytes(second & LENGTH) + MASK_BYTES;
        if (in.readableBytes() < headBytes) {
            return false;
        }
        long length = length(second & LENGTH, in, at + 2);
        if (length < 0 || length > terms.maxMessage()) {
            return noFrame(length < 0 ? CloseReason.PROTOCOL_ERROR : CloseReason.TOO_BIG);
        }
        in.skipBytes(headBytes);
        mask = in.getInt(in.readerIndex() - MASK_BYTES);
        rest = (int) length;
        head = first;
        if (!isControl(first)) {
            isInMessage = (first & FINAL) == 0;
        }
        return true;
    }

    private boolean noFrame(CloseReason reason) {
        isOver = true;
        onNoFrame(reason);
        return false;
    }

    private boolean mayCome(int first, int shortLength) {
        int rsv = first & RSV;
        return switch (opcode(first)) {
            case CONTINUATION -> isInMessage && rsv == 0;
            case TEXT, BINARY -> !isInMessage && (rsv == 0 || (rsv == RSV1 && terms.deflate() != Deflate.NONE));
            case CLOSE, PING, PONG -> (first & FINAL) != 0 && rsv == 0 && shortLength <= MAX_CONTROL_PAYLOAD;
            default -> false;
        };
    }

    private static int lengthBytes(int shortLength) {
        return shortLength == LENGTH_IN_8 ? Long.BYTES : shortLength == LENGTH_IN_2 ? Short.BYTES : 0;
    }

    /** Negative if it is said in more bytes than it needs, or in a number that has no right to its highest bit. */
    private static long length(int shortLength, ByteBuf in, int at) {
        if (shortLength < LENGTH_IN_2) {
            return shortLength;
        }
        long length = shortLength == LENGTH_IN_2 ? in.getUnsignedShort(at) : in.getLong(at);
        long atLeast = shortLength == LENGTH_IN_2 ? LENGTH_IN_2 : 1L << Short.SIZE;
        return length < atLeast ? -1 : length;
    }

    private void readPayload(ByteBuf in) {
        int count = Math.min(rest, in.readableBytes());
        boolean isEnd = count == rest;
        if (!isEnd && (count == 0 || isControl(head))) {
            return;
        }
        ByteBuf payload = in.readSlice(count);
        unmask(payload);
        rest -= count;
        int of = head;
        if (isEnd) {
            head = NO_FRAME;
            isOver = opcode(of) == CLOSE;
        }
        onPayload(of, payload, isEnd);
    }

    private void unmask(ByteBuf payload) {
        int at = payload.readerIndex();
        int end = payload.writerIndex();
        long twice = (long) mask << Integer.SIZE | Integer.toUnsignedLong(mask);
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            payload.setLong(at, payload.getLong(at) ^ twice);
        }
        for (; at < end; at++) {
            payload.setByte(at, payload.getByte(at) ^ mask >>> (Integer.SIZE - Byte.SIZE));
            mask = Integer.rotateLeft(mask, Byte.SIZE);
        }
    }
}
