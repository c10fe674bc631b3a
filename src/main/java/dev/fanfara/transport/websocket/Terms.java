package dev.fanfara.transport.websocket;

import dev.fanfara.config.GatewayConfig;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * What holds for a WebSocket from its upgrade to its end. Immutable, and shared by all that were opened under the same.
 *
 * @param maxMessage in bytes, also of a message that comes in fragments or deflated
 * @param deflate whether permessage-deflate (RFC 7692) was agreed on
 */
record Terms(int maxMessage, boolean deflate, WebSocketDecoderConfig decoder) {
    static Terms of(GatewayConfig config, boolean deflate) {
        return of(config.connections().maxMessageSize(), deflate);
    }

    static Terms of(int maxMessage, boolean deflate) {
        WebSocketDecoderConfig decoder = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(deflate)
                .maxFramePayloadLength(maxMessage)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build();
        return new Terms(maxMessage, deflate, decoder);
    }
}
