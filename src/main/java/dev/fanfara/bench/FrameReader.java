package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server's WebSocket frames where they lie. Only a frame that is cut off at the end of a read is copied.
 * Touched only by the connection's loop.
 */
final class FrameReader {
    static final int CLOSE = 8;
    static final int PING = 9;

    private static final int MAX_MESSAGE = 64 * 1024 * 1024;
    private static final int FIN = 0x80;
    private static final int RSV1 = 0x40;
    private static final int RSV2_RSV3 = 0x30;
    private static final int OPCODE = 0x0f;
    private static final int BINARY = 2;
    private static final int FIRST_CONTROL = 8;

    /** Gets what was read; the bytes are valid only during the call. */
    interface Sink {
        void message(ByteBuf in, int index, int length, boolean compressed);

        void control(int opcode, ByteBuf in, int index, int length);
    }

    /** A server that breaks RFC 6455. */
    static final class BrokenFrame extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenFrame(String message) {
            super(message, null, false, false);
        }
    }

    private final Sink sink;
    /** The beginning of a frame whose end has not come yet. */
    private @Nullable ByteBuf cutOff;
    /** The first fragments of a message whose last has not come yet. */
    private @Nullable ByteBuf fragments;

    private boolean fragmentsCompressed;

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    /** Takes all bytes of {@code in}, which stays the caller's. */
    void read(ByteBuf in) {
        ByteBuf begun = cutOff;
        if (begun == null) {
            parse(in);
            if (in.isReadable()) {
                cutOff = PooledByteBufAllocator.DEFAULT
                        .directBuffer(in.readableBytes())
                        .writeBytes(in);
            }
            return;
        }
        begun.writeBytes(in);
        parse(begun);
        if (begun.isReadable()) {
            begun.discardReadBytes();
        } else {
            cutOff = null;
            begun.release();
        }
    }

    private void parse(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (end - at >= 2) {
            int lengthByte = in.getByte(at + 1);
            if (lengthByte < 0) {
                throw new BrokenFrame("the server sent a masked frame");
            }
            int header = lengthByte < 126 ? 2 : lengthByte == 126 ? 4 : 10;
            if (end - at < header) {
                break;
            }
            long length = header == 2 ? lengthByte : header == 4 ? in.getUnsignedShort(at + 2) : in.getLong(at + 2);
            if (length < 0 || length > MAX_MESSAGE) {
                throw new BrokenFrame("the server announced a frame of " + Long.toUnsignedString(length) + " bytes");
            }
            if (end - at < header + length) {
                break;
            }
            frame(in.getByte(at), in, at + header, (int) length);
            at += header + (int) length;
        }
        in.readerIndex(at);
    }

    private void frame(int first, ByteBuf in, int index, int length) {
        int opcode = first & OPCODE;
        if ((first & RSV2_RSV3) != 0) {
            throw new BrokenFrame("the server sent a frame with reserved bits");
        }
        if (opcode >= FIRST_CONTROL) {
            sink.control(opcode, in, index, length);
        } else if ((first & FIN) != 0 && opcode != 0 && opcode <= BINARY && fragments == null) {
            sink.message(in, index, length, (first & RSV1) != 0);
        } else {
            fragment(first, opcode, in, index, length);
        }
    }

    private void fragment(int first, int opcode, ByteBuf in, int index, int length) {
        ByteBuf before = fragments;
        if (opcode > BINARY || (opcode == 0) != (before != null)) {
            throw new BrokenFrame("the server sent a frame of opcode " + opcode + " out of turn");
        }
        if (before == null) {
            before = PooledByteBufAllocator.DEFAULT.directBuffer(2 * length);
            fragments = before;
            fragmentsCompressed = (first & RSV1) != 0;
        }
        if (before.readableBytes() + length > MAX_MESSAGE) {
            throw new BrokenFrame("the server sent a message over " + MAX_MESSAGE + " bytes");
        }
        before.writeBytes(in, index, length);
        if ((first & FIN) != 0) {
            sink.message(before, 0, before.readableBytes(), fragmentsCompressed);
            before.release();
            fragments = null;
        }
    }

    void release() {
        if (cutOff != null) {
            cutOff.release();
            cutOff = null;
        }
        if (fragments != null) {
            fragments.release();
            fragments = null;
        }
    }
}
