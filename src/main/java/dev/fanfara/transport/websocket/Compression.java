package dev.fanfara.transport.websocket;

import dev.fanfara.config.GatewayConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Agrees on permessage-deflate (RFC 7692), so that it costs no memory per connection: no message refers to an earlier
 * one, in either direction. What we send is deflated by {@link dev.fanfara.bus.SharedMessage}; Netty inflates what comes.
 * Vert.x's own offer inflates without limit: one frame of 61 KB became 60 MB.
 */
final class Compression {
    /** For an encoder of Netty's that is never made. */
    private static final int ANY_LEVEL = 1;

    private static final int MAX_WINDOW = 15;
    /** Our deflater's window is always the largest, so an offer that wants a smaller one is declined: section 7.1.2.1. */
    private static final boolean SMALLER_WINDOW = false;
    /** What we send never needs it, so whoever asks for it gets it: section 7.1.1.1. */
    private static final boolean SERVER_NO_CONTEXT = true;

    private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";

    private Compression() {}

    /** Puts what was agreed on into the response's head; null if nothing was. */
    static @Nullable WebSocketServerExtension agree(HttpServerRequest request, GatewayConfig config) {
        String offers = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (!config.server().compression().enabled() || offers == null) {
            return null;
        }
        WebSocketServerExtension agreed = accept(offers, config.connections().maxMessageSize());
        if (agreed != null) {
            request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, header(agreed.newReponseData()));
        }
        return agreed;
    }

    /** The first offer we can live with; null if there is none. */
    static @Nullable WebSocketServerExtension accept(String offers, int maxMessage) {
        PerMessageDeflateServerExtensionHandshaker ours = new PerMessageDeflateServerExtensionHandshaker(
                ANY_LEVEL, SMALLER_WINDOW, MAX_WINDOW, SERVER_NO_CONTEXT, true, maxMessage);
        for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
            WebSocketServerExtension agreed = ours.handshakeExtension(withoutClientContext(offer));
            if (agreed != null) {
                return agreed;
            }
        }
        return null;
    }

    /**
     * Netty demands of a client to forget its earlier messages only if the client spoke of it first. Browsers do not, and
     * then each of them would leave us a window of 40 KB after its first message. We may demand it all the same: section
     * 7.1.1.2. (A Netty or Vert.x client takes that for an error, unless it is configured to allow it.)
     */
    private static WebSocketExtensionData withoutClientContext(WebSocketExtensionData offer) {
        Map<String, @Nullable String> parameters = new HashMap<>(offer.parameters());
        parameters.putIfAbsent(CLIENT_NO_CONTEXT, null);
        return new WebSocketExtensionData(offer.name(), parameters);
    }

    static String header(WebSocketExtensionData agreed) {
        return agreed.name()
                + agreed.parameters().entrySet().stream()
                        .map(Compression::parameter)
                        .collect(Collectors.joining());
    }

    private static String parameter(Map.Entry<String, @Nullable String> parameter) {
        return "; " + parameter.getKey() + (parameter.getValue() == null ? "" : "=" + parameter.getValue());
    }
}
