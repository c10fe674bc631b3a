package dev.fanfara.transport.websocket;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import io.netty.util.ReferenceCountUtil;

/**
 * Once an extension is agreed on, Netty's decoder lets all reserved bits pass. permessage-deflate uses one of the three,
 * on the first frame of a message: RFC 7692 section 6.
 */
@Sharable
final class ReservedBits extends ChannelInboundHandlerAdapter {
    static final ReservedBits CHECK = new ReservedBits();

    private ReservedBits() {}

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (message instanceof WebSocketFrame frame && (frame.rsv() & ~allowed(frame)) != 0) {
            ReferenceCountUtil.release(message);
            throw new CorruptedWebSocketFrameException(WebSocketCloseStatus.PROTOCOL_ERROR, "a reserved bit is set");
        }
        from.fireChannelRead(message);
    }

    private static int allowed(WebSocketFrame frame) {
        return frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame
                ? WebSocketExtension.RSV1
                : 0;
    }
}
