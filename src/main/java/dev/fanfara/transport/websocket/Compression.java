package dev.fanfara.transport.websocket;

import dev.fanfara.config.CompressionConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Agrees on permessage-deflate (RFC 7692) for what the client sends. Vert.x's own offer inflates without limit: one
 * frame of 61 KB became 60 MB.
 */
final class Compression {
    private static final int LEVEL = 1;
    private static final int MAX_WINDOW = 15;

    private Compression() {}

    /** Puts what was agreed on into the response's head; null if nothing was. */
    static @Nullable WebSocketServerExtension agree(
            HttpServerRequest request, CompressionConfig config, int maxMessage) {
        String offers = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (!config.enabled() || offers == null) {
            return null;
        }
        PerMessageDeflateServerExtensionHandshaker ours =
                new PerMessageDeflateServerExtensionHandshaker(LEVEL, false, MAX_WINDOW, true, true, maxMessage);
        for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
            WebSocketServerExtension agreed = ours.handshakeExtension(offer);
            if (agreed != null) {
                request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, header(agreed.newReponseData()));
                return agreed;
            }
        }
        return null;
    }

    private static String header(WebSocketExtensionData agreed) {
        return agreed.name()
                + agreed.parameters().entrySet().stream()
                        .map(Compression::parameter)
                        .collect(Collectors.joining());
    }

    private static String parameter(Map.Entry<String, @Nullable String> parameter) {
        return "; " + parameter.getKey() + (parameter.getValue() == null ? "" : "=" + parameter.getValue());
    }
}
