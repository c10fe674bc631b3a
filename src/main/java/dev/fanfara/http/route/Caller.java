package dev.fanfara.http.route;

import dev.fanfara.auth.Identity;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as the route wants to know. Immutable.
 *
 * @param identity null for somebody who showed no token
 * @param claims base64url of the JSON in the token's middle, as the issuer wrote it
 */
record Caller(@Nullable Identity identity, @Nullable String claims) {
    static final Caller UNKNOWN = new Caller(null, null);

    static Caller verified(Identity identity, String token) {
        return new Caller(identity, token.split("\\.", -1)[1]);
    }

    /** As a header may carry it: what is not visible ASCII is percent-encoded, and so is the percent sign. */
    static String headerValue(String user) {
        StringBuilder value = new StringBuilder();
        for (byte octet : user.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 0x7f && octet != '%') {
                value.append((char) octet);
            } else {
                value.append('%').append(String.format("%02X", octet & 0xff));
            }
        }
        return value.toString();
    }
}
