package dev.fanfara.transport.websocket;

import dev.fanfara.config.CompressionConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Map;

/**
 * Takes an upgraded socket over from Vert.x. Vert.x does the handshake; what it keeps of a WebSocket afterwards costs
 * 15 KB of heap per connection, answers violations without a close code, and queues pongs for ever. So its handlers
 * leave the pipeline, and Netty's own codecs stay, with our limits.
 *
 * <p>This class is all that touches internals of Vert.x: the cast to {@link WebSocketInternal}, the cast to
 * {@code ConnectionBase}, and the handler names {@value #DECODER} and {@value #HTTP_ENCODER}. Its test fails when a new
 * Vert.x changes one of them.
 */
final class WebSocketPipeline {
    static final String DECODER = "wsdecoder";
    static final String HTTP_ENCODER = "httpEncoder";
    private static final String OURS = "fanfara";
    private static final int MAX_WINDOW = 15;

    private WebSocketPipeline() {}

    /**
     * Offers permessage-deflate on a new HTTP connection, bounded: a message that inflates beyond {@code maxMessage}
     * bytes fails, where Vert.x's own offer would inflate without limit.
     */
    static void offerCompression(HttpConnection connection, CompressionConfig compression, int maxMessage) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        if (compression.enabled() && pipeline.get(HTTP_ENCODER) != null) {
            pipeline.addAfter(
                    HTTP_ENCODER,
                    "webSocketExtensionHandler",
                    new WebSocketServerExtensionHandler(new PerMessageDeflateServerExtensionHandshaker(
                            1, false, MAX_WINDOW, true, true, maxMessage)));
        }
    }

    /** From here on the frames come to {@code ours}, and what it writes are bytes. Event loop of the socket only. */
    static void takeOver(ServerWebSocket socket, ChannelHandler ours, int maxMessage) {
        ChannelPipeline pipeline =
                ((WebSocketInternal) socket).channelHandlerContext().pipeline();
        boolean inflates = pipeline.toMap().values().stream().anyMatch(WebSocketPipeline::isInflater);
        pipeline.replace(
                DECODER,
                DECODER,
                new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(true)
                        .allowMaskMismatch(false)
                        .allowExtensions(inflates)
                        .maxFramePayloadLength(maxMessage)
                        .closeOnProtocolViolation(false)
                        .withUTF8Validator(false)
                        .build()));
        pipeline.addLast(new Utf8FrameValidator(false), new BoundedAggregator(maxMessage));
        pipeline.addLast(OURS, ours);
        for (Map.Entry<String, ChannelHandler> each : pipeline.toMap().entrySet()) {
            if (!stays(each.getKey(), each.getValue())) {
                pipeline.remove(each.getKey());
            }
        }
    }

    private static boolean stays(String name, ChannelHandler handler) {
        return handler instanceof SslHandler
                || name.equals(DECODER)
                || isInflater(handler)
                || handler instanceof Utf8FrameValidator
                || handler instanceof BoundedAggregator
                || name.equals(OURS);
    }

    /** Netty keeps the class to itself. */
    private static boolean isInflater(ChannelHandler handler) {
        return handler.getClass().getSimpleName().equals("PerMessageDeflateDecoder");
    }

    static void cutOff(ChannelHandlerContext context) {
        // Linger 0 resets the connection: what waits in the kernel for a client that does not read is freed at once.
        context.channel().config().setOption(io.netty.channel.ChannelOption.SO_LINGER, 0);
        context.close();
    }
}
