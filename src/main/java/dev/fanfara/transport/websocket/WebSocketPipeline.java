package dev.fanfara.transport.websocket;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes an upgraded socket over from Vert.x. Vert.x does the handshake; what it keeps of a WebSocket afterwards costs
 * 15 KB of heap per connection, answers violations without a close code, and queues pongs for ever. So its handlers
 * leave the pipeline, and Netty's own codecs stay, with our limits.
 *
 * <p>This class is all that touches internals: the cast to {@link WebSocketInternal}, and the name
 * {@value #DECODER} that Netty's handshaker gives the frame decoder. Its test fails when a new version changes them.
 */
final class WebSocketPipeline {
    static final String DECODER = "wsdecoder";

    private WebSocketPipeline() {}

    /**
     * From here on the frames come to {@code ours}, and what it writes are bytes. Event loop of the socket only.
     *
     * @param compression the permessage-deflate that was agreed on, if one was
     */
    static void takeOver(
            ServerWebSocket socket,
            ChannelHandler ours,
            int maxMessage,
            @Nullable WebSocketServerExtension compression) {
        ChannelPipeline pipeline =
                ((WebSocketInternal) socket).channelHandlerContext().pipeline();
        Map<String, ChannelHandler> wire = new LinkedHashMap<>();
        if (compression != null) {
            wire.put("reserved", ReservedBits.CHECK);
            wire.put("inflater", compression.newExtensionDecoder());
        }
        wire.put("utf8", new Utf8FrameValidator(false));
        wire.put("aggregator", new BoundedAggregator(maxMessage));
        wire.put("fanfara", ours);

        pipeline.replace(DECODER, DECODER, decoder(maxMessage, compression != null));
        String before = DECODER;
        for (Map.Entry<String, ChannelHandler> each : wire.entrySet()) {
            pipeline.addAfter(before, each.getKey(), each.getValue());
            before = each.getKey();
        }
        for (Map.Entry<String, ChannelHandler> each : pipeline.toMap().entrySet()) {
            if (!each.getKey().equals(DECODER)
                    && !wire.containsKey(each.getKey())
                    && !(each.getValue() instanceof SslHandler)
                    // Behind ours, so it sees nothing; Netty removes it when the 101 has left, which may be later.
                    && !(each.getValue() instanceof HttpResponseEncoder)) {
                pipeline.remove(each.getValue());
            }
        }
    }

    private static WebSocket13FrameDecoder decoder(int maxMessage, boolean compressed) {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(compressed)
                .maxFramePayloadLength(maxMessage)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
    }

    /** Linger 0 resets the connection: what waits in the system for a client that does not read is freed at once. */
    static void cutOff(ChannelHandlerContext context) {
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context.close();
    }
}
