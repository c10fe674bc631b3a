package dev.fanfara.transport.websocket;

import dev.fanfara.connection.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.internal.ContextInternal;
import java.util.function.IntConsumer;

/** Sends back what came, text as text and binary as binary. {@code onEnd} gets the close code, once. */
final class EchoSocket extends WebSocketWire {
    private final IntConsumer onEnd;

    EchoSocket(ContextInternal vertxContext, Terms terms, IntConsumer onEnd) {
        super(vertxContext, terms);
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
        ByteBuf frame = channel().alloc().directBuffer(length + WireFormat.MAX_HEADER);
        WireFormat.webSocketHeader(firstByte, length, frame);
        write(frame.writeBytes(content, content.readerIndex(), length));
        flush();
        readIfWritable();
    }

    /** Nothing is lost by waiting here: who does not take its echo may not send more. */
    private void readIfWritable() {
        channel().config().setAutoRead(channel().isWritable());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        readIfWritable();
    }

    @Override
    void onLife() {}

    @Override
    void onGone(int code) {
        onEnd.accept(code);
    }
}
