package dev.fanfara.http;

import dev.fanfara.admission.OpenScopes;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenCarriers;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** Who calls the HTTP API: a token or an API key says so, in a header; in a URL it would end up in logs. */
final class Callers {
    private static final String API_KEY = "X-API-Key";

    private final GatewayMetrics metrics;

    Callers(GatewayMetrics metrics) {
        this.metrics = metrics;
    }

    private static boolean showsCredentials(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.AUTHORIZATION)
                || request.headers().contains(API_KEY);
    }

    /** A publication somebody shows credentials for, as far as that can be told before they are looked at. */
    static boolean mayBePublish(HttpServerRequest request) {
        return (request.method() == HttpMethod.POST || request.method() == HttpMethod.PATCH)
                && !request.path().equals("/api/revocations")
                && showsCredentials(request);
    }

    /** Fails with a {@link Problem}. What was shown must be good: a bad token is not forgiven for a good API key. */
    Future<Identity> identify(HttpServerRequest request, Settings settings) {
        try {
            List<String> authorizations = request.headers().getAll(HttpHeaders.AUTHORIZATION);
            List<String> apiKeys = request.headers().getAll(API_KEY);
            if (authorizations.size() > 1 || apiKeys.size() > 1) {
                throw new TokenRejected(TokenRejected.Reason.MALFORMED);
            }
            if (!authorizations.isEmpty()) {
                var token = TokenCarriers.find(null, authorizations.get(0), null);
                if (token.isPresent()) {
                    return settings.tokens()
                            .verify(token.get())
                            .recover(rejected -> Future.failedFuture(shown(rejected)));
                }
            }
            if (!apiKeys.isEmpty()) {
                return Future.succeededFuture(settings.apiKeys()
                        .find(apiKeys.get(0))
                        .orElseThrow(() -> new TokenRejected(TokenRejected.Reason.UNKNOWN_API_KEY)));
            }
            return Future.succeededFuture(nobody(request.headers(), settings));
        } catch (TokenRejected rejected) {
            return Future.failedFuture(shown(rejected));
        }
    }

    private Identity nobody(MultiMap headers, Settings settings) {
        if (!OpenScopes.apply(settings.config(), headers)) {
            metrics.authFailed(TokenRejected.Reason.MISSING.label());
            throw Problem.unauthorized(false);
        }
        return Identity.anonymous("anonymous", true);
    }

    private Throwable shown(Throwable failure) {
        if (failure instanceof TokenRejected rejected) {
            metrics.authFailed(rejected.reason().label());
            return Problem.unauthorized(true);
        }
        return failure;
    }
}
