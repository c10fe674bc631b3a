package dev.fanfara.auth;

import java.time.Instant;

/**
 * Tokens that are refused until some time: all that a user got before another time, or a single one. It never changes and
 * has one spelling, {@link #text}, so many nodes can know of it without ever disagreeing. Immutable.
 *
 * @param name the {@code sub} or the {@code jti} of the tokens
 * @param issuedBefore of a user's tokens, those that were issued before; one that does not say when counts as such
 */
public record Revocation(Kind kind, String name, Instant issuedBefore, Instant until) {
    /** Which claim names them. */
    public enum Kind {
        USER,
        TOKEN
    }

    public static Revocation ofUser(String user, Instant now, Instant until) {
        return new Revocation(Kind.USER, user, now, until);
    }

    public static Revocation ofToken(String tokenId, Instant now, Instant until) {
        return new Revocation(Kind.TOKEN, tokenId, now, until);
    }

    public boolean refuses(Identity identity, Instant now) {
        if (identity.kind() != Identity.Kind.TOKEN || isOver(now)) {
            return false;
        }
        return switch (kind) {
            // Tokens say their time in seconds: one of the second of the call may have been issued before it.
            case USER ->
                name.equals(identity.user())
                        && (identity.issued() == null || identity.issued().isBefore(issuedBefore));
            case TOKEN -> name.equals(identity.tokenId());
        };
    }

    boolean isOver(Instant now) {
        return !now.isBefore(until);
    }

    /** Whether it says all that the other one does. */
    boolean covers(Revocation other) {
        return kind == other.kind
                && name.equals(other.name)
                && !until.isBefore(other.until)
                && (kind == Kind.TOKEN || !issuedBefore.isBefore(other.issuedBefore));
    }

    public String text() {
        return kind + " " + issuedBefore.toEpochMilli() + ' ' + until.toEpochMilli() + ' ' + name;
    }

    public static Revocation parse(String text) {
        String[] parts = text.split(" ", 4);
        return new Revocation(
                Kind.valueOf(parts[0]),
                parts[3],
                Instant.ofEpochMilli(Long.parseLong(parts[1])),
                Instant.ofEpochMilli(Long.parseLong(parts[2])));
    }
}
