package dev.fanfara.auth;

import dev.fanfara.auth.TokenRejected.Reason;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token whose form is beyond doubt: three segments of canonical base64url, a header of plain JSON, a known algorithm.
 * Nothing of it is believed yet. Of the header only {@code alg} and {@code kid} are ever used; {@code jku}, {@code x5u},
 * {@code jwk} and {@code x5c} would let the token choose its own judge. Immutable.
 *
 * @param signatureBytes how long the signature is
 */
record CompactToken(
        String text, Algorithm algorithm, @Nullable String keyId, String payload, int signatureBytes) {
    static final int MAX_LENGTH = 8 * 1024;
    static final int MAX_KEY_ID_LENGTH = 128;

    /** What an access token may call itself (RFC 7519 section 5.1, RFC 9068); logout tokens and their like may not. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/jwt", "application/at+jwt");

    static CompactToken parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new TokenRejected(Reason.TOO_LARGE);
        }
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first <= 0 || second < 0 || text.indexOf('.', second + 1) >= 0) {
            throw malformed();
        }
        JsonObject header = json(text.substring(0, first));
        String payload = text.substring(first + 1, second);
        byte[] signature = bytes(text.substring(second + 1));
        if (signature.length == 0 || header.containsKey("crit") || header.containsKey("zip")) {
            throw malformed();
        }
        Algorithm algorithm = algorithm(header);
        checkType(header);
        return new CompactToken(text, algorithm, keyId(header), payload, signature.length);
    }

    /** To be called once the signature is known to be good. */
    JsonObject claims() {
        return json(payload);
    }

    private static Algorithm algorithm(JsonObject header) {
        if (!(header.getValue("alg") instanceof String name)) {
            throw malformed();
        }
        return Algorithm.named(name).orElseThrow(() -> new TokenRejected(Reason.BAD_ALGORITHM));
    }

    private static void checkType(JsonObject header) {
        if (header.containsKey("typ")
                && !(header.getValue("typ") instanceof String type && TYPES.contains(type.toLowerCase(Locale.ROOT)))) {
            throw new TokenRejected(Reason.WRONG_TYPE);
        }
    }

    private static @Nullable String keyId(JsonObject header) {
        if (!header.containsKey("kid")) {
            return null;
        }
        if (header.getValue("kid") instanceof String id && !id.isEmpty() && id.length() <= MAX_KEY_ID_LENGTH) {
            return id;
        }
        throw malformed();
    }

    private static JsonObject json(String segment) {
        return StrictJson.object(bytes(segment)).orElseThrow(CompactToken::malformed);
    }

    /** Written back it must be the same text: no padding, no blanks, no stray bits, so one token has one spelling. */
    private static byte[] bytes(String segment) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(segment);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(segment)) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            // The same answer as for base64 of another spelling.
        }
        throw malformed();
    }

    private static TokenRejected malformed() {
        return new TokenRejected(Reason.MALFORMED);
    }
}
