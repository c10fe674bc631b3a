package dev.fanfara.auth;

import dev.fanfara.auth.TokenRejected.Reason;
import dev.fanfara.config.AuthConfig;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the claims of a well signed token must say before it becomes an identity. Reads no clock. Immutable. */
record ClaimRules(@Nullable String issuer, List<String> audience, Duration leeway) {
    static final int MAX_NAME_LENGTH = 255;
    private static final long END_OF_YEAR_9999 = 253_402_300_799L;

    ClaimRules {
        audience = List.copyOf(audience);
    }

    static ClaimRules of(AuthConfig config) {
        return new ClaimRules(config.issuer(), config.audience(), config.leeway());
    }

    Identity identity(JsonObject claims, Instant now) {
        String user = name(claims, "sub");
        if (user == null) {
            throw new TokenRejected(Reason.MISSING_CLAIM);
        }
        Instant expires = date(claims, "exp");
        if (expires == null) {
            throw new TokenRejected(Reason.MISSING_CLAIM);
        }
        Instant issued = date(claims, "iat");
        checkEnd(expires, now);
        if (isAhead(issued, now) || isAhead(date(claims, "nbf"), now)) {
            throw new TokenRejected(Reason.NOT_YET_VALID);
        }
        if (issuer != null && !issuer.equals(claims.getValue("iss"))) {
            throw new TokenRejected(Reason.WRONG_ISSUER);
        }
        if (!audience.isEmpty() && audience.stream().noneMatch(us -> isAddressedTo(us, claims.getValue("aud")))) {
            throw new TokenRejected(Reason.WRONG_AUDIENCE);
        }
        return new Identity(
                Identity.Kind.TOKEN, user, expires, issued, name(claims, "jti"), scopes(claims), rooms(claims));
    }

    /** The one rule whose answer changes while the token stays the same: it ends at {@code exp} plus the leeway. */
    void checkEnd(@Nullable Instant expires, Instant now) {
        if (expires == null || !now.isBefore(expires.plus(leeway))) {
            throw new TokenRejected(Reason.EXPIRED);
        }
    }

    private boolean isAhead(@Nullable Instant start, Instant now) {
        return start != null && start.isAfter(now.plus(leeway));
    }

    private static boolean isAddressedTo(String us, @Nullable Object claim) {
        return claim instanceof JsonArray all ? all.contains(us) : us.equals(claim);
    }

    /** A NumericDate (RFC 7519 section 2): seconds, perhaps with a fraction. */
    private static @Nullable Instant date(JsonObject claims, String name) {
        if (!claims.containsKey(name)) {
            return null;
        }
        if (claims.getValue(name) instanceof Number seconds) {
            double value = seconds.doubleValue();
            // False for NaN and the infinities too.
            if (value >= 0 && value <= END_OF_YEAR_9999) {
                return Instant.ofEpochMilli((long) (value * 1000));
            }
        }
        throw new TokenRejected(Reason.BAD_CLAIM);
    }

    /** A text that may be shown and logged as it is. */
    private static @Nullable String name(JsonObject claims, String name) {
        if (!claims.containsKey(name)) {
            return null;
        }
        if (claims.getValue(name) instanceof String text
                && !text.isEmpty()
                && text.length() <= MAX_NAME_LENGTH
                && text.codePoints().allMatch(ClaimRules::isPrintable)) {
            return text;
        }
        throw new TokenRejected(Reason.BAD_CLAIM);
    }

    /** Half a surrogate pair has no UTF-8: on the wire two users would become one. */
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }

    /** Other words are other services' business. */
    private static Set<Scope> scopes(JsonObject claims) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        if (!claims.containsKey("scope")) {
            return scopes;
        }
        if (!(claims.getValue("scope") instanceof String words)) {
            throw new TokenRejected(Reason.BAD_CLAIM);
        }
        List<String> known = List.of(words.split(" ", -1));
        for (Scope scope : Scope.values()) {
            if (known.contains(scope.name().toLowerCase(Locale.ROOT))) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private static @Nullable RoomGrants rooms(JsonObject claims) {
        if (!claims.containsKey("rooms")) {
            return null;
        }
        if (!(claims.getValue("rooms") instanceof JsonObject rooms)) {
            throw new TokenRejected(Reason.BAD_CLAIM);
        }
        Map<RoomAction, List<RoomPattern>> grants = new EnumMap<>(RoomAction.class);
        for (RoomAction action : RoomAction.values()) {
            if (rooms.containsKey(action.claim())) {
                grants.put(action, patterns(rooms.getValue(action.claim())));
            }
        }
        return new RoomGrants(grants);
    }

    private static List<RoomPattern> patterns(@Nullable Object claim) {
        if (!(claim instanceof JsonArray texts)) {
            throw new TokenRejected(Reason.BAD_CLAIM);
        }
        List<RoomPattern> patterns = new ArrayList<>(texts.size());
        for (Object text : texts) {
            if (!(text instanceof String pattern)) {
                throw new TokenRejected(Reason.BAD_CLAIM);
            }
            try {
                patterns.add(new RoomPattern(pattern));
            } catch (IllegalArgumentException malformed) {
                throw new TokenRejected(Reason.BAD_PATTERN);
            }
        }
        return patterns;
    }
}
