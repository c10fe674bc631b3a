package dev.fanfara.protocol;

/**
 * Every way the gateway ends a connection: the WebSocket close code (RFC 6455 section 7.4; 4000 to 4499 invite a
 * reconnect, 4500 to 4999 do not) and its fixed text.
 */
public enum CloseReason {
    NORMAL(1000, ""),
    SHUTTING_DOWN(1001, "Server shutting down"),
    PROTOCOL_ERROR(1002, "Protocol error"),
    BINARY_NOT_SUPPORTED(1003, "Binary frames are not supported"),
    INVALID_UTF8(1007, "Invalid UTF-8"),
    TOKEN_REQUIRED(1008, "Token required"),
    INVALID_TOKEN(1008, "Invalid token"),
    TOKEN_REVOKED(1008, "Token revoked"),
    /** By the backend. */
    DENIED(1008, "Denied"),
    TOO_MANY_CONNECTIONS(1008, "Too many connections"),
    FLOOD(1008, "Flood"),
    TOO_BIG(1009, "Message too big"),
    INTERNAL_ERROR(1011, "Internal error"),
    /** The reason names the wait, in milliseconds. */
    OVERLOADED(1013, "Overloaded, retryAfter=1000"),
    TOKEN_EXPIRED(4001, "Token expired"),
    SLOW_CONSUMER(4002, "Slow consumer"),
    HEARTBEAT_TIMEOUT(4003, "Heartbeat timeout"),
    /** There is a hole in what a room's members heard that nothing can fill; they resume with their last position. */
    INSUFFICIENT_STATE(4010, "Insufficient state"),
    NO_MAJORITY(4016, "No majority"),
    DISCONNECTED(4503, "Disconnected");

    /** RFC 6455 section 7.4.1: there was no close frame. */
    private static final int ABNORMAL = 1006;

    private final int code;
    private final String text;

    CloseReason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }

    /**
     * Why a connection is over that was not ended by {@code close}: what the wire found wrong, or what the client did. Codes
     * that only a wire gives have one text each.
     */
    public static String toldByWire(int code) {
        if (code == ABNORMAL) {
            return "Connection lost";
        }
        for (CloseReason reason : values()) {
            if (reason.code == code && reason.isOfTheWire()) {
                return reason.text;
            }
        }
        return "Closed by the client";
    }

    private boolean isOfTheWire() {
        return switch (this) {
            case PROTOCOL_ERROR, BINARY_NOT_SUPPORTED, INVALID_UTF8, FLOOD, TOO_BIG, INTERNAL_ERROR -> true;
            default -> false;
        };
    }

    /**
     * Whether a client that can only ask for the same once more may come back with that. One whose token has expired may
     * not, though it may with another.
     */
    public boolean invitesTheSameAgain() {
        return switch (this) {
            case SHUTTING_DOWN, INTERNAL_ERROR, OVERLOADED -> true;
            case TOKEN_EXPIRED -> false;
            default -> code >= 4000 && !isForGood();
        };
    }

    /**
     * Whether the client of a connection that ended with this code may go on as if it had not ended: it did nothing wrong,
     * and nobody sent it away.
     */
    public static boolean mayBeRecovered(int code) {
        for (CloseReason reason : values()) {
            if (reason.code == code) {
                return switch (reason) {
                    case NORMAL,
                            SHUTTING_DOWN,
                            INTERNAL_ERROR,
                            OVERLOADED,
                            HEARTBEAT_TIMEOUT,
                            INSUFFICIENT_STATE,
                            NO_MAJORITY -> true;
                    default -> false;
                };
            }
        }
        return true;
    }

    /** Whether nothing the client could show would help. */
    public boolean isForGood() {
        return code >= 4500;
    }
}
