package dev.fanfara.transport.engineio;

import dev.fanfara.auth.TokenRejected;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request of Engine.IO says of itself. Immutable.
 *
 * @param transport as it was written
 * @param sid as it was written; null in a handshake
 * @param token that it shows
 */
record EngineRequest(
        String transport,
        boolean isVersion4,
        @Nullable String sid,
        @Nullable String token) {
    static final String POLLING = "polling";
    static final String WEBSOCKET = "websocket";

    private static final String VERSION = "4";

    /** As far as can be told without reading it: whether it is one of a session, and no handshake. */
    static boolean namesSession(HttpServerRequest request) {
        return request.query() != null && ("&" + request.query()).contains("&sid=");
    }

    /** Empty if it cannot be understood. */
    static Optional<EngineRequest> read(HttpServerRequest request, @Nullable String subprotocols) {
        try {
            MultiMap query = request.params();
            String transport = single(query, "transport");
            String version = single(query, "EIO");
            return Optional.of(new EngineRequest(
                    transport == null ? "" : transport,
                    VERSION.equals(version),
                    single(query, "sid"),
                    Gatekeeper.token(request, subprotocols).orElse(null)));
        } catch (IllegalArgumentException brokenOrTwice) {
            return Optional.empty();
        } catch (TokenRejected twoTokens) {
            return Optional.empty();
        }
    }

    private static @Nullable String single(MultiMap query, String name) {
        List<String> values = query.getAll(name);
        if (values.size() > 1) {
            throw new IllegalArgumentException(name + " twice");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public String toString() {
        return "EngineRequest[" + transport + "]";
    }
}
