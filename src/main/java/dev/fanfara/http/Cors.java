package dev.fanfara.http;

import dev.fanfara.admission.Origins;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/**
 * Which web sites may call the API from a browser: the gateway's own pages and those in {@code allowedOrigins}, each
 * named back to the browser. Credentials are headers a page adds itself, never cookies, so none are allowed here.
 *
 * <p>From any other site, requests that change something are refused even though that browser would not show the answer:
 * a gateway on a developer's machine asks for no credentials, and the change would have happened (OWASP, Cross-Site
 * Request Forgery Prevention: verify the origin of state-changing requests).
 */
final class Cors implements Handler<RoutingContext> {
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final String METHODS = "GET, HEAD, POST, PATCH, DELETE";
    private static final String HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key";
    private static final String REMEMBER_SECONDS = "600";

    private final Origins origins;

    Cors(Origins origins) {
        this.origins = origins;
    }

    @Override
    public void handle(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        HttpServerResponse response = ctx.response();
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        List<String> origin = request.headers().getAll(HttpHeaders.ORIGIN);
        if (origin.isEmpty() || origins.isSame(origin, request.getHeader(HttpHeaders.HOST))) {
            ctx.next();
            return;
        }
        boolean preflight = request.method() == HttpMethod.OPTIONS
                && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
        if (!origins.isListed(origin)) {
            if (preflight || !SAFE.contains(request.method())) {
                throw Problem.forbidden("Origin: this site may not use the API");
            }
            ctx.next();
            return;
        }
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get(0));
        if (preflight) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, REMEMBER_SECONDS)
                    .setStatusCode(204)
                    .end();
        } else {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
            ctx.next();
        }
    }
}
