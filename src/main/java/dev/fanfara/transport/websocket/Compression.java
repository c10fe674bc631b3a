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
 * one, in either direction where the client can do it. What we send is deflated by {@link dev.fanfara.bus.SharedMessage}; {@link MessageInflater}
 * inflates what comes. Vert.x's own offer inflates without limit: one frame of 61 KB became 60 MB.
 */
final class Compression {
    /** For codecs of Netty's that are never made: it only negotiates for us. */
    private static final int ANY_LEVEL = 1;

    private static final int ANY_ALLOCATION = 0;

    private static final int MAX_WINDOW = 15;
    /** Our deflater's window is always the largest, so an offer that wants a smaller one is declined: section 7.1.2.1. */
    private static final boolean SMALLER_WINDOW = false;
    /** What we send never needs it, so whoever asks for it gets it: section 7.1.1.1. */
    private static final boolean SERVER_NO_CONTEXT = true;

    private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";

    private Compression() {}

    /** What was agreed, which is in the response's head then. */
    static Deflate agree(HttpServerRequest request, GatewayConfig config) {
        String offers = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (!config.server().compression().enabled() || offers == null) {
            return Deflate.NONE;
        }
        String answer = answer(offers, request.headers().contains(HttpHeaderNames.ORIGIN));
        if (answer == null) {
            return Deflate.NONE;
        }
        request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, answer);
        return answer.contains(CLIENT_NO_CONTEXT) ? Deflate.EACH_FOR_ITSELF : Deflate.WITH_CONTEXT;
    }

    /** To the first offer we can live with; null if there is none. */
    static @Nullable String answer(String offers, boolean fromBrowser) {
        PerMessageDeflateServerExtensionHandshaker ours = new PerMessageDeflateServerExtensionHandshaker(
                ANY_LEVEL, SMALLER_WINDOW, MAX_WINDOW, SERVER_NO_CONTEXT, true, ANY_ALLOCATION);
        for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
            WebSocketServerExtension agreed =
                    ours.handshakeExtension(fromBrowser ? withoutClientContext(offer) : offer);
            if (agreed != null) {
                return header(agreed.newReponseData());
            }
        }
        return null;
    }

    /**
     * Netty demands of a client to forget its earlier messages only if the client spoke of it first. Browsers do not, and
     * then each of them would leave us a window of 40 KB after its first message. We may demand it all the same (section
     * 7.1.1.2), and they obey; but clients made of Netty take it for an error, so others are not asked.
     */
    private static WebSocketExtensionData withoutClientContext(WebSocketExtensionData offer) {
        Map<String, @Nullable String> parameters = new HashMap<>(offer.parameters());
        parameters.putIfAbsent(CLIENT_NO_CONTEXT, null);
        return new WebSocketExtensionData(offer.name(), parameters);
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
