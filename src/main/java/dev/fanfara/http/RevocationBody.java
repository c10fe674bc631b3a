package dev.fanfara.http;

import dev.fanfara.auth.Revocation;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The body of a revocation: {@code {sub or jti, until}}. */
final class RevocationBody {
    static final int MAX_BYTES = 4096;

    private static final int MAX_NAME_LENGTH = 255;

    private RevocationBody() {}

    /** @throws Refusal with a sentence that names the member at fault */
    static Revocation read(byte[] utf8, Instant now) {
        JsonObject body = object(utf8);
        String user = name(body, "sub");
        String tokenId = name(body, "jti");
        Instant until = until(body);
        if (user != null && tokenId != null) {
            throw bad("sub, jti: expected one of them, got both");
        }
        if (!until.isAfter(now)) {
            throw bad("until: expected a time to come");
        }
        if (user != null) {
            return Revocation.ofUser(user, now, until);
        }
        if (tokenId != null) {
            return Revocation.ofToken(tokenId, now, until);
        }
        throw bad("sub, jti: expected one of them");
    }

    private static JsonObject object(byte[] utf8) {
        try {
            if (Json.decodeValue(Buffer.buffer(utf8)) instanceof JsonObject body) {
                return body;
            }
        } catch (DecodeException malformed) {
            throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
        }
        throw bad("Expected a JSON object");
    }

    private static @Nullable String name(JsonObject body, String member) {
        Object value = body.getValue(member);
        if (value == null) {
            return null;
        }
        if (value instanceof String name && !name.isEmpty() && name.length() <= MAX_NAME_LENGTH) {
            return name;
        }
        throw bad(member + ": expected a string of 1 to " + MAX_NAME_LENGTH + " characters");
    }

    private static Instant until(JsonObject body) {
        if (body.getValue("until") instanceof String text) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException otherSpelling) {
                throw noTime();
            }
        }
        throw noTime();
    }

    private static Refusal noTime() {
        return bad("until: expected a time such as \"2030-01-01T00:00:00Z\"");
    }

    private static Refusal bad(String sentence) {
        return new Refusal(ErrorCode.BAD_REQUEST, sentence);
    }
}
