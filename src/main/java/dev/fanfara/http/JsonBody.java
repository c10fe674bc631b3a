package dev.fanfara.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Takes in a request's JSON body, and never more of it than is allowed. Event loop only. */
final class JsonBody {
    private final int limit;
    private final Promise<byte[]> whole = Promise.promise();
    private Buffer received = Buffer.buffer();

    private JsonBody(int limit) {
        this.limit = limit;
    }

    /** The request was paused when it came; fails with a {@link Problem}. */
    static Future<byte[]> read(HttpServerRequest request, int limit) {
        Problem refused = refusedUnread(request, limit);
        if (refused != null) {
            return Future.failedFuture(refused);
        }
        JsonBody body = new JsonBody(limit);
        request.handler(body::take);
        request.endHandler(end -> body.whole.tryComplete(body.received.getBytes()));
        request.exceptionHandler(
                broken -> body.whole.tryFail(Problem.badRequest("The body could not be read to its end")));
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.resume();
        return body.whole.future();
    }

    private static @Nullable Problem refusedUnread(HttpServerRequest request, int limit) {
        if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            return Problem.unsupportedMediaType("Content-Type: expected application/json");
        }
        // A small body may unpack to a huge one.
        if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            return Problem.unsupportedMediaType("Content-Encoding: expected none");
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 10 || Long.parseLong(length) > limit)) {
            return Problem.tooLarge(limit);
        }
        return null;
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
    }

    private void take(Buffer part) {
        if (received.length() + part.length() > limit) {
            received = Buffer.buffer();
            whole.tryFail(Problem.tooLarge(limit));
        } else if (!whole.future().isComplete()) {
            received.appendBuffer(part);
        }
    }
}
