package dev.fanfara.http;

import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes in a request's JSON body, and never more of it than is allowed. Event loop only. */
final class JsonBody {
    static final Set<String> JSON = Set.of("application/json");
    /** RFC 7396 section 4; most clients send any JSON as what it is. */
    static final Set<String> MERGE_PATCH = Set.of("application/json", "application/merge-patch+json");

    private final int limit;
    private final Intake intake;
    private final GatewayMetrics metrics;
    private final Promise<byte[]> whole = Promise.promise();
    private int taken;
    private Buffer received = Buffer.buffer();

    private JsonBody(int limit, Intake intake, GatewayMetrics metrics) {
        this.limit = limit;
        this.intake = intake;
        this.metrics = metrics;
    }

    /**
     * The request was paused when it came. Fails with a {@link Problem}, a {@link dev.fanfara.protocol.Refusal}, or as the
     * action does.
     *
     * @param types content types that may come
     * @param action what the body is for; it counts as taken in until that is done
     */
    static <T> Future<T> read(
            HttpServerRequest request,
            Set<String> types,
            int limit,
            Intake intake,
            GatewayMetrics metrics,
            Function<byte[], Future<T>> action) {
        Problem refused = refusedUnread(request, types, limit);
        if (refused != null) {
            return Future.failedFuture(refused);
        }
        JsonBody body = new JsonBody(limit, intake, metrics);
        request.handler(body::take);
        request.endHandler(end -> body.whole.tryComplete(body.received.getBytes()));
        request.exceptionHandler(
                broken -> body.whole.tryFail(Problem.badRequest("The body could not be read to its end")));
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.resume();
        return body.whole.future().compose(action).onComplete(done -> intake.giveBack(body.taken));
    }

    private static @Nullable Problem refusedUnread(HttpServerRequest request, Set<String> types, int limit) {
        if (!types.contains(mediaType(request.getHeader(HttpHeaders.CONTENT_TYPE)))) {
            return Problem.unsupportedMediaType("Content-Type: expected " + String.join(" or ", new TreeSet<>(types)));
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

    private static String mediaType(@Nullable String contentType) {
        if (contentType == null) {
            return "";
        }
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().toLowerCase(Locale.ROOT);
    }

    private void take(Buffer part) {
        if (whole.future().isComplete()) {
            return;
        }
        if (received.length() + part.length() > limit) {
            fail(Problem.tooLarge(limit));
        } else if (!intake.tryTake(part.length())) {
            metrics.refusedForMemory();
            fail(Intake.refusal());
        } else {
            taken += part.length();
            received.appendBuffer(part);
        }
    }

    private void fail(RuntimeException refusal) {
        received = Buffer.buffer();
        whole.tryFail(refusal);
    }
}
