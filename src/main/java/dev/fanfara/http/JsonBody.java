package dev.fanfara.http;

import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.transport.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes in a request's JSON body, if it says that it is one. Event loop only. */
final class JsonBody {
    static final Set<String> JSON = Set.of("application/json");
    /** RFC 7396 section 4; most clients send any JSON as what it is. */
    static final Set<String> MERGE_PATCH = Set.of("application/json", "application/merge-patch+json");

    private JsonBody() {}

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
        Problem refused = refusedUnread(request, types);
        if (refused != null) {
            return Future.failedFuture(refused);
        }
        return RequestBody.read(request, limit, intake, metrics, action);
    }

    private static @Nullable Problem refusedUnread(HttpServerRequest request, Set<String> types) {
        if (!types.contains(mediaType(request.getHeader(HttpHeaders.CONTENT_TYPE)))) {
            return Problem.unsupportedMediaType("Content-Type: expected " + String.join(" or ", new TreeSet<>(types)));
        }
        // A small body may unpack to a huge one.
        if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            return Problem.unsupportedMediaType("Content-Encoding: expected none");
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
}
