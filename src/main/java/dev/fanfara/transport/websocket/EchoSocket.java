package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.internal.ContextInternal;
import java.util.function.LongSupplier;

/** Sends back what came, text as text and binary as binary. */
final class EchoSocket extends WebSocketWire {
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_LENGTH_16 = 0xFFFF;
    private static final int MAX_HEADER = 10;

    private final LongSupplier outboundBudget;
    private final Runnable onEnd;

    EchoSocket(ContextInternal vertxContext, LongSupplier outboundBudget, Runnable onEnd) {
        super(vertxContext);
        this.outboundBudget = outboundBudget;
        this.onEnd = onEnd;
    }

    @Override
    void onText(ByteBuf utf8) {
        echo(FINAL_TEXT, utf8);
    }

    @Override
    void onBinary(ByteBuf bytes) {
        echo(FINAL_BINARY, bytes);
    }

    private void echo(int firstByte, ByteBuf content) {
        int length = content.readableBytes();
        if (pendingBytes() + length > outboundBudget.getAsLong()) {
            violated(CloseReason.SLOW_CONSUMER);
            return;
        }
        ByteBuf frame = channel().alloc().directBuffer(length + MAX_HEADER);
        frame.writeByte(firstByte);
        if (length < LENGTH_16) {
            frame.writeByte(length);
        } else if (length <= MAX_LENGTH_16) {
            frame.writeByte(LENGTH_16).writeShort(length);
        } else {
            frame.writeByte(LENGTH_64).writeLong(length);
        }
        write(frame.writeBytes(content, content.readerIndex(), length));
        flush();
    }

    @Override
    void onLife() {}

    @Override
    void onGone(int code) {
        onEnd.run();
    }
}
