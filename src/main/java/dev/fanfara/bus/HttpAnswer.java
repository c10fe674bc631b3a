package dev.fanfara.bus;

import java.nio.charset.StandardCharsets;

/**
 * What a request for a session is to be answered, made where the session lives. Immutable.
 *
 * @param status 100 if its body is to be read first
 * @param body not to be changed
 */
public record HttpAnswer(int status, String contentType, byte[] body) {
    private static final int GO_ON = 100;

    /** The body may come, if it has no more bytes than that. */
    public static HttpAnswer goOn(int mayTake) {
        return of(GO_ON, "", Integer.toString(mayTake));
    }

    public boolean isGoOn() {
        return status == GO_ON;
    }

    public int mayTake() {
        return Integer.parseInt(new String(body, StandardCharsets.US_ASCII));
    }

    public static HttpAnswer of(int status, String contentType, String body) {
        return new HttpAnswer(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "HttpAnswer[" + status + ", " + body.length + " bytes]";
    }
}
