package dev.fanfara.transport.websocket;

import dev.fanfara.transport.Pipelines;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;

/**
 * Takes an upgraded socket over from Vert.x. Vert.x does the handshake; what it keeps of a WebSocket afterwards costs
 * 15 KB of heap per connection, answers violations without a close code, and queues pongs for ever. So its handlers
 * leave the pipeline, and {@link WebSocketWire} takes their place.
 *
 * <p>This class is all that touches internals: the cast to {@link WebSocketInternal}, and the name
 * {@value #DECODER} that Netty's handshaker gives the frame decoder. Its test fails when a new version changes them.
 */
final class WebSocketPipeline {
    static final String DECODER = "wsdecoder";

    private WebSocketPipeline() {}

    /** From here on the bytes come to {@code ours}, and what it writes are bytes. Event loop of the socket only. */
    static void takeOver(ServerWebSocket socket, WebSocketWire ours) {
        ChannelPipeline pipeline =
                ((WebSocketInternal) socket).channelHandlerContext().pipeline();
        pipeline.replace(DECODER, DECODER, ours);
        // The encoder is behind ours, so it sees nothing; Netty removes it when the 101 has left, which may be later.
        Pipelines.clear(pipeline, each -> each == ours || each instanceof HttpResponseEncoder);
    }
}
