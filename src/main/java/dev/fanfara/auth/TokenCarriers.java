package dev.fanfara.auth;

import dev.fanfara.auth.TokenRejected.Reason;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The places of a request where a token may stand: {@code ?token=}, {@code Authorization} and the subprotocol. */
public final class TokenCarriers {
    private static final String SCHEME = "Bearer ";
    private static final String SUBPROTOCOL = "bearer.";

    private TokenCarriers() {}

    /**
     * The one token of a request; the same one in two places counts once. Blank is absent.
     *
     * @param query the value of {@code ?token=}
     * @param authorization the {@code Authorization} header; schemes other than Bearer are not ours
     * @param subprotocols the {@code Sec-WebSocket-Protocol} header, several joined by commas
     * @throws TokenRejected if two different tokens are presented
     */
    public static Optional<String> find(
            @Nullable String query, @Nullable String authorization, @Nullable String subprotocols) {
        Set<String> tokens = new LinkedHashSet<>();
        if (query != null) {
            tokens.add(query.strip());
        }
        if (authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            tokens.add(authorization.substring(SCHEME.length()).strip());
        }
        if (subprotocols != null) {
            for (String protocol : subprotocols.split(",", -1)) {
                String name = protocol.strip();
                if (name.startsWith(SUBPROTOCOL)) {
                    tokens.add(name.substring(SUBPROTOCOL.length()));
                }
            }
        }
        tokens.remove("");
        if (tokens.size() > 1) {
            throw new TokenRejected(Reason.MALFORMED);
        }
        return tokens.stream().findFirst();
    }
}
