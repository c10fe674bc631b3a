package dev.fanfara.http;

import dev.fanfara.admission.ClientAddress;
import dev.fanfara.admission.OpenScopes;
import dev.fanfara.admission.RateLimit;
import dev.fanfara.auth.TokenCarriers;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.config.ManagementConfig;
import dev.fanfara.config.Rate;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.settings.LiveSettings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may use {@code /admin/}: whoever shows the admin token; where none is configured, programs and the console's own page
 * on the machine of a listener that only this machine reaches. The token is a header that a page adds itself, never a
 * cookie, so no other site can make a browser show it.
 */
final class AdminGate {
    /** Far more than typing errors, far less than guessing takes. */
    private static final Rate MISTAKES = new Rate(10, Duration.ofMinutes(1));

    /** What a browser says of its own page, and of a person who typed the address. */
    private static final Set<String> OWN_PAGE = Set.of("same-origin", "none");

    private final LiveSettings live;
    private final GatewayMetrics metrics;
    private final RateLimit mistakes = new RateLimit(() -> MISTAKES);

    AdminGate(LiveSettings live, GatewayMetrics metrics) {
        this.live = live;
        this.metrics = metrics;
    }

    /**
     * For the page, which holds no secrets and asks for the token itself.
     *
     * @throws Problem if there is no token it could ask for
     */
    void requireOpen(HttpServerRequest request) {
        ManagementConfig management = live.current().config().management();
        if (management.adminToken() == null && !OpenScopes.isLocal(management.host(), request.headers())) {
            throw Problem.forbidden(
                    "Without management.adminToken this is for requests from the gateway's own machine");
        }
    }

    /**
     * For the API.
     *
     * @throws Problem
     */
    void requireAdministrator(HttpServerRequest request) {
        requireOpen(request);
        requireOwnPage(request);
        String expected = live.current().config().management().adminToken();
        if (expected != null) {
            requireToken(request, expected);
        }
    }

    /**
     * A page of another site must not act for whoever looks at it, and where no token is asked for it could. Browsers say
     * which page it is, programs say nothing.
     */
    private static void requireOwnPage(HttpServerRequest request) {
        List<String> site = request.headers().getAll("Sec-Fetch-Site");
        List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
        if (!OWN_PAGE.containsAll(site) || !origins.stream().allMatch(origin -> isOwn(origin, request))) {
            throw Problem.forbidden("Origin: this site may not use the console");
        }
    }

    private static boolean isOwn(String origin, HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        int colon = origin.indexOf("://");
        return host != null && colon > 0 && origin.substring(colon + 3).equalsIgnoreCase(host);
    }

    private void requireToken(HttpServerRequest request, String expected) {
        String client =
                ClientAddress.of(request.remoteAddress(), List.of(), List.of()).group();
        Optional<Duration> wait = mistakes.isSpent(client);
        if (wait.isPresent()) {
            metrics.rateLimited("requests");
            throw Problem.rateLimited(wait.get());
        }
        List<String> shown = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (shown.isEmpty()) {
            metrics.authFailed(TokenRejected.Reason.MISSING.label());
            throw Problem.unauthorized(false);
        }
        String token =
                shown.size() == 1 ? TokenCarriers.find(null, shown.get(0), null).orElse(null) : null;
        if (!isEqual(token, expected)) {
            mistakes.refuses(client);
            metrics.authFailed(TokenRejected.Reason.WRONG_ADMIN_TOKEN.label());
            throw Problem.unauthorized(true);
        }
    }

    /** Takes as long for a near miss as for nonsense. */
    private static boolean isEqual(@Nullable String token, String expected) {
        return token != null
                && MessageDigest.isEqual(
                        token.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
