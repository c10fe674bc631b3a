package dev.fanfara.transport.websocket;

import dev.fanfara.connection.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.internal.ContextInternal;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Sends back what came, text as text and binary as binary, deflated if there is a deflater. {@code onEnd} gets the close code, once. */
final class EchoSocket extends WebSocketWire {
    private final @Nullable StreamDeflater deflater;
    private final IntConsumer onEnd;

    EchoSocket(ContextInternal vertxContext, Terms terms, @Nullable StreamDeflater deflater, IntConsumer onEnd) {
        super(vertxContext, terms);
        this.deflater = deflater;
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
        if (deflater == null) {
            writeFrame(firstByte, content);
        } else {
            ByteBuf deflated = channel().alloc().directBuffer(content.readableBytes());
            deflater.deflate(content, deflated);
            writeFrame(firstByte | RSV1, deflated);
            deflated.release();
        }
        flush();
        readIfWritable();
    }

    private void writeFrame(int firstByte, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf frame = channel().alloc().directBuffer(length + WireFormat.MAX_HEADER);
        WireFormat.webSocketHeader(firstByte, length, frame);
        write(frame.writeBytes(payload, payload.readerIndex(), length));
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
        if (deflater != null) {
            deflater.end();
        }
        onEnd.accept(code);
    }
}
