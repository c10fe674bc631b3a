package dev.fanfara.protocol;

/** Every way the gateway refuses a command while the connection stays open; the value of {@code error.code}. */
public enum ErrorCode {
    INVALID_JSON("invalid-json", 400),
    BAD_REQUEST("bad-request", 400),
    UNKNOWN_TYPE("unknown-type", 400),
    UNAUTHORIZED("unauthorized", 401),
    FORBIDDEN("forbidden", 403),
    NOT_JOINED("not-joined", 409),
    ALREADY_JOINED("already-joined", 409),
    RATE_LIMITED("rate-limited", 429),
    TOO_LARGE("too-large", 413),
    LIMIT("limit", 429),
    CONFLICT("conflict", 409),
    UNAVAILABLE("unavailable", 503),
    INTERNAL("internal", 500);

    private final String wireName;
    private final int httpStatus;

    ErrorCode(String wireName, int httpStatus) {
        this.wireName = wireName;
        this.httpStatus = httpStatus;
    }

    public String wireName() {
        return wireName;
    }

    /** The status of an HTTP API request that was refused for this reason. */
    public int httpStatus() {
        return httpStatus;
    }
}
