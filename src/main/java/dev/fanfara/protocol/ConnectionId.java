package dev.fanfara.protocol;

import java.security.SecureRandom;
import java.util.Base64;

/** Names one connection in the whole cluster: 144 random bits, so that nobody guesses another's. Immutable. */
public record ConnectionId(String value) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 18;

    public static ConnectionId random() {
        byte[] bits = new byte[BYTES];
        RANDOM.nextBytes(bits);
        return new ConnectionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
    }

    @Override
    public String toString() {
        return value;
    }
}
