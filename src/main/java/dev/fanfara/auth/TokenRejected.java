package dev.fanfara.auth;

/**
 * Why a credential was not believed: the label of a metric. The client learns only that its token is invalid, for the
 * reason helps who guesses. No stack trace, since it is no bug, and nothing of the token.
 */
public final class TokenRejected extends RuntimeException {
    /** Every reason, as {@code fanfara_auth_failures_total{reason}} names it. */
    public enum Reason {
        /** No token where one is required. */
        MISSING("missing"),
        TOO_LARGE("too-large"),
        /** Not three segments of strict base64url with JSON objects in them, or two different tokens at once. */
        MALFORMED("malformed"),
        /** An algorithm no key is bound to, {@code none} among them. */
        BAD_ALGORITHM("bad-algorithm"),
        /** A {@code typ} that says it is made for something else. */
        WRONG_TYPE("wrong-type"),
        UNKNOWN_KEY("unknown-key"),
        /** The gateway has no usable key at all, as before the first JWKS has come. */
        NO_KEYS("no-keys"),
        BAD_SIGNATURE("bad-signature"),
        MISSING_CLAIM("missing-claim"),
        BAD_CLAIM("bad-claim"),
        BAD_PATTERN("bad-pattern"),
        EXPIRED("expired"),
        NOT_YET_VALID("not-yet-valid"),
        WRONG_ISSUER("wrong-issuer"),
        WRONG_AUDIENCE("wrong-audience"),
        REVOKED("revoked"),
        UNKNOWN_API_KEY("unknown-api-key"),
        /** The credentials are good; the backend was asked, and said no. */
        DENIED("denied"),
        WRONG_ADMIN_TOKEN("wrong-admin-token");

        private final String label;

        Reason(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    private final Reason reason;

    public TokenRejected(Reason reason) {
        super(reason.label, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
