package dev.fanfara.transport.websocket;

import dev.fanfara.connection.WireFormat;
import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.internal.ContextInternal;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/** Sends back what came, text as text and binary as binary. {@code onEnd} gets the close code, once. */
final class EchoSocket extends WebSocketWire {
    private final LongSupplier outboundBudget;
    private final IntConsumer onEnd;

    EchoSocket(ContextInternal vertxContext, LongSupplier outboundBudget, IntConsumer onEnd) {
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
        ByteBuf frame = channel().alloc().directBuffer(length + WireFormat.MAX_HEADER);
        WireFormat.webSocketHeader(firstByte, length, frame);
        write(frame.writeBytes(content, content.readerIndex(), length));
        flush();
    }

    @Override
    void onLife() {}

    @Override
    void onGone(int code) {
        onEnd.accept(code);
    }
}
