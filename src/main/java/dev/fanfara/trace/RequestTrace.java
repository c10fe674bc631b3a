package dev.fanfara.trace;

import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By what a request is known: a name that is answered, logged and passed on, and the trace it is a part of (W3C Trace
 * Context). Whoever asks may choose the name, so it says nothing about who that is.
 */
public final class RequestTrace {
    public static final CharSequence REQUEST_ID = AsciiString.cached("X-Request-Id");
    public static final CharSequence TRACE_PARENT = AsciiString.cached("traceparent");

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:/+=@~-]{1,128}");
    /** Version 00, or what a later one begins with; neither id is all zeros. */
    private static final Pattern PARENT = Pattern.compile(
            "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-[\\x21-\\x7e]{1,200})?");

    private static final String NOT_SAMPLED = "00";

    private RequestTrace() {}

    /** Called once, before anything is answered. */
    public static void begin(HttpServerRequest request) {
        String given = request.getHeader(REQUEST_ID);
        request.response()
                .putHeader(REQUEST_ID, given != null && ID.matcher(given).matches() ? given : hex(1));
    }

    /** Of a request that has begun; null of any other. */
    public static @Nullable String id(HttpServerResponse response) {
        return response.headers().get(REQUEST_ID);
    }

    /** What to send with whatever is asked on behalf of a request: the same trace, with us as the parent. */
    public static String parent(@Nullable String given) {
        String shown = given == null ? "" : given;
        Matcher valid = PARENT.matcher(shown);
        boolean follows = valid.matches() && (valid.group(3) == null || !shown.startsWith("00"));
        return follows
                ? "00-" + valid.group(1) + '-' + hex(1) + '-' + valid.group(2)
                : "00-" + hex(2) + '-' + hex(1) + '-' + NOT_SAMPLED;
    }

    /** Never all zeros. */
    private static String hex(int longs) {
        StringBuilder hex = new StringBuilder(16 * longs);
        for (int i = 0; i < longs; i++) {
            String digits = Long.toHexString(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
            hex.append("0".repeat(16 - digits.length())).append(digits);
        }
        return hex.toString();
    }
}
