package dev.fanfara.http;

import dev.fanfara.protocol.ErrorCode;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a request must be before anyone asks what it wants. Whatever two servers in a row could understand in two ways is
 * refused, and the connection with it.
 */
final class RequestRules {
    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS);

    private RequestRules() {}

    /** @param anyMethod whether a wrong one is answered where the request goes */
    static Optional<Problem> mistake(HttpServerRequest request, boolean anyMethod) {
        if (!anyMethod && !METHODS.contains(request.method())) {
            return Optional.of(Problem.methodNotAllowed("GET, HEAD, POST, PATCH, DELETE, OPTIONS"));
        }
        // RFC 9112 section 3.2; only HTTP/1.0, which health checks of some load balancers speak, may go without.
        List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
        boolean hostMayMiss = hosts.isEmpty() && request.version() == HttpVersion.HTTP_1_0;
        if (!hostMayMiss && (hosts.size() != 1 || HostAndPort.parseAuthority(hosts.get(0), -1) == null)) {
            return Optional.of(Problem.badRequest("Host: expected exactly once, with a host and perhaps a port"));
        }
        // The absolute form would name a second host.
        if (!request.uri().startsWith("/") && !request.uri().equals("*")) {
            return Optional.of(Problem.badRequest("Expected a path that begins with '/'"));
        }
        return Optional.empty();
    }

    /** For what the decoder could make no request of. */
    static Problem unreadable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Problem(414, ErrorCode.TOO_LARGE, "Expected a shorter request line");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Problem(431, ErrorCode.TOO_LARGE, "Expected fewer or shorter headers");
        }
        return Problem.badRequest("This is not a valid HTTP request");
    }
}
