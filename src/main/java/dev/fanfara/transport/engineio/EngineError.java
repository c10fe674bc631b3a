package dev.fanfara.transport.engineio;

import dev.fanfara.bus.HttpAnswer;
import java.util.Arrays;

/** Why a request cannot be served, in the numbers and words of engine.io. */
enum EngineError {
    UNKNOWN_TRANSPORT(400, "Transport unknown"),
    /** Also where there is one, but not for who asks. */
    UNKNOWN_SESSION(400, "Session ID unknown"),
    BAD_HANDSHAKE_METHOD(400, "Bad handshake method"),
    BAD_REQUEST(400, "Bad request"),
    FORBIDDEN(403, "Forbidden"),
    UNSUPPORTED_VERSION(400, "Unsupported protocol version");

    private final HttpAnswer answer;

    EngineError(int status, String message) {
        answer = HttpAnswer.of(
                status, "application/json", "{\"code\":" + ordinal() + ",\"message\":\"" + message + "\"}");
    }

    HttpAnswer answer() {
        return answer;
    }

    /** Wherever in the cluster the answer was made. */
    boolean is(HttpAnswer other) {
        return other.status() == answer.status() && Arrays.equals(other.body(), answer.body());
    }
}
