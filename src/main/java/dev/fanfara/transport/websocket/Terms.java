package dev.fanfara.transport.websocket;

import dev.fanfara.config.GatewayConfig;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * What holds for a WebSocket from its upgrade to its end. Immutable, and shared by all that were opened under the same.
 *
 * @param maxMessage in bytes, also of a message that comes in fragments or deflated
 * @param deflate what was agreed of compression
 */
record Terms(int maxMessage, Deflate deflate, WebSocketDecoderConfig decoder) {
    static Terms of(GatewayConfig config, Deflate deflate) {
        return of(config.connections().maxMessageSize(), deflate);
    }

    static Terms of(int maxMessage, Deflate deflate) {
        WebSocketDecoderConfig decoder = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(deflate != Deflate.NONE)
                .maxFramePayloadLength(maxMessage)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build();
        return new Terms(maxMessage, deflate, decoder);
    }
}
