package dev.fanfara.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;

/** Puts fragments together, up to a number of bytes and of fragments: each fragment costs memory of its own. */
final class BoundedAggregator extends WebSocketFrameAggregator {
    private static final int MAX_FRAGMENTS = 1024;

    private int fragments;

    BoundedAggregator(int maxMessage) {
        super(maxMessage);
    }

    @Override
    protected WebSocketFrame beginAggregation(WebSocketFrame start, ByteBuf content) throws Exception {
        fragments = 1;
        return super.beginAggregation(start, content);
    }

    @Override
    protected void aggregate(WebSocketFrame aggregated, ContinuationWebSocketFrame content) throws Exception {
        if (++fragments > MAX_FRAGMENTS) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.MESSAGE_TOO_BIG, "more than " + MAX_FRAGMENTS + " fragments");
        }
        super.aggregate(aggregated, content);
    }
}
