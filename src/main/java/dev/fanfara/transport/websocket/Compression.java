package dev.fanfara.transport.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * Agrees on permessage-deflate (RFC 7692), so that it costs no memory per connection: no message refers to an earlier
 * one, in either direction where the client can do it. What we send is deflated by {@link dev.fanfara.bus.SharedMessage}; {@link MessageInflater}
 * inflates what comes. Vert.x's own offer inflates without limit: one frame of 61 KB became 60 MB.
 */
final class Compression {
    /** That of {@link java.util.zip.Deflater}, as a logarithm: it has no other. */
    private static final int OUR_WINDOW = 15;

    private static final int SMALLEST_BOUNDED = 9;

    private Compression() {}

    /** What was agreed, which is in the response's head then. */
    static Deflate agree(HttpServerRequest request) {
        boolean isBrowser = request.headers().contains(HttpHeaderNames.ORIGIN);
        return accept(request, answer(offers(request), isBrowser))
                .map(DeflateParameters::deflate)
                .orElse(Deflate.NONE);
    }

    /** The same for whoever tests us: with context in both directions, and a smaller window if one asks for it. */
    static Optional<DeflateParameters> agreeForConformance(HttpServerRequest request) {
        return accept(request, answerForConformance(offers(request)));
    }

    private static List<String> offers(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
    }

    private static Optional<DeflateParameters> accept(HttpServerRequest request, Optional<DeflateParameters> agreed) {
        agreed.ifPresent(ours -> request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, ours.header()));
        return agreed;
    }

    /**
     * The first offer we can live with. One that wants our window smaller is passed over: section 7.1.2.1.
     *
     * <p>Browsers do not offer to forget their earlier messages, and then each of them would leave us a window of 40 KB
     * after its first. We may demand it all the same (section 7.1.1.2), and they obey; but clients made of Netty take it
     * for an error, so others are not asked.
     */
    static Optional<DeflateParameters> answer(List<String> offers, boolean isBrowser) {
        return DeflateParameters.offered(offers).stream()
                .filter(offer -> offer.serverWindow() == 0 || offer.serverWindow() == OUR_WINDOW)
                .map(offer -> isBrowser ? offer.withoutClientContext() : offer)
                .findFirst();
    }

    /** The first one whose window we can bound ourselves to; zlib makes none of 8 bits, so nobody counts on one. */
    static Optional<DeflateParameters> answerForConformance(List<String> offers) {
        return DeflateParameters.offered(offers).stream()
                .filter(offer -> offer.serverWindow() == 0 || offer.serverWindow() >= SMALLEST_BOUNDED)
                .findFirst();
    }
}
