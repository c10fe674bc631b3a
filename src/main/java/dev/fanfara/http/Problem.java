package dev.fanfara.http;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.trace.RequestTrace;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An expected no of an HTTP port, and its one way to the client: {@code application/problem+json} (RFC 9457) with the
 * {@code code} every other wire uses. No stack trace, since it is no bug.
 */
public final class Problem extends RuntimeException {
    private record Header(CharSequence name, String value) {}

    private final int status;
    private final ErrorCode code;
    private final String detail;
    private final @Nullable Header header;

    private Problem(int status, ErrorCode code, String detail, @Nullable Header header) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.detail = detail;
        this.header = header;
    }

    public Problem(int status, ErrorCode code, String detail) {
        this(status, code, detail, null);
    }

    public static Problem badRequest(String detail) {
        return new Problem(400, ErrorCode.BAD_REQUEST, detail);
    }

    /** RFC 6750: who shows nothing is only asked for a token; who shows a bad one is told so, but not why. */
    public static Problem unauthorized(boolean somethingWasShown) {
        String challenge = somethingWasShown ? "Bearer error=\"invalid_token\"" : "Bearer";
        String detail = somethingWasShown ? "Invalid credentials" : "Expected a token or an API key";
        return new Problem(
                401,
                ErrorCode.UNAUTHORIZED,
                detail,
                new Header(HttpHeaders.createOptimized("WWW-Authenticate"), challenge));
    }

    static Problem forbidden(String detail) {
        return new Problem(403, ErrorCode.FORBIDDEN, detail);
    }

    static Problem notFound() {
        return notFound("There is nothing here");
    }

    static Problem notFound(String detail) {
        return new Problem(404, ErrorCode.BAD_REQUEST, detail);
    }

    public static Problem methodNotAllowed(String allowed) {
        return new Problem(
                405,
                ErrorCode.BAD_REQUEST,
                "Expected one of the methods " + allowed,
                new Header(HttpHeaders.ALLOW, allowed));
    }

    /** Of the URL and of {@code Last-Event-ID}, which together are one address to an {@code EventSource}. */
    static Problem headersTooLarge(String detail) {
        return new Problem(431, ErrorCode.TOO_LARGE, detail);
    }

    public static Problem tooLarge(String detail) {
        return new Problem(413, ErrorCode.TOO_LARGE, detail);
    }

    /** What is behind the gateway is at fault. */
    public static Problem badGateway(String detail) {
        return new Problem(502, ErrorCode.UNAVAILABLE, detail);
    }

    static Problem unsupportedMediaType(String detail) {
        return new Problem(415, ErrorCode.BAD_REQUEST, detail);
    }

    static Problem rateLimited(Duration retryAfter) {
        return of(new Refusal(ErrorCode.RATE_LIMITED, "Rate limit exceeded", retryAfter));
    }

    /** Whatever a part of the gateway failed with; nothing of a failure nobody foresaw is shown. */
    public static Problem of(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        }
        Refusal refusal = Refusal.of(failure);
        int status = refusal.code().httpStatus();
        Header header = status == 429 || status == 503
                ? new Header(HttpHeaders.RETRY_AFTER, seconds(refusal.retryAfter()))
                : null;
        return new Problem(status, refusal.code(), refusal.sentence(), header);
    }

    /** Rounded up: who comes a moment too early is refused again. */
    private static String seconds(@Nullable Duration wait) {
        return Long.toString(wait == null ? 1 : Math.max(1, (wait.toMillis() + 999) / 1000));
    }

    /** Does nothing if the client has gone or was answered already. */
    public void answer(HttpServerResponse response) {
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        SecurityHeaders.put(response);
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (header != null) {
            response.putHeader(header.name, header.value);
        }
        response.end(Buffer.buffer(body(RequestTrace.id(response))));
    }

    public int status() {
        return status;
    }

    ErrorCode code() {
        return code;
    }

    String detail() {
        return detail;
    }

    /** @param requestId by which whoever reads it can be helped */
    byte[] body(@Nullable String requestId) {
        return new JsonWriter(200)
                .beginObject()
                .member("type", "about:blank")
                .member("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .member("status", status)
                .member("detail", detail)
                .member("code", code.wireName())
                .memberIfPresent("requestId", requestId)
                .endObject()
                .toBytes();
    }
}
