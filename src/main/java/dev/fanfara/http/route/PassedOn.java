package dev.fanfara.http.route;

import dev.fanfara.admission.ClientAddress;
import dev.fanfara.auth.Identity;
import dev.fanfara.config.Cidr;
import dev.fanfara.config.RouteAuth;
import dev.fanfara.config.RouteRule;
import dev.fanfara.trace.RequestTrace;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a request reaches the upstream and what of its answer reaches the client: all but what was said to this hop only
 * (RFC 9110 section 7.6.1), what only the gateway may say, and the token in the query.
 */
final class PassedOn {
    static final String USER = "X-Fanfara-User";
    static final String CLAIMS = "X-Fanfara-Claims";

    private static final String REQUEST_ID =
            RequestTrace.REQUEST_ID.toString().toLowerCase(Locale.ROOT);
    private static final String OURS = "x-fanfara-";
    private static final String FORWARDED = "x-forwarded-";
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final String SUBPROTOCOLS = "Sec-WebSocket-Protocol";

    /** {@code Expect} is answered here; how long a body is, is said anew. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "expect",
            "content-length",
            "host");

    /** What says where a request came from; believed if a trusted proxy says it. */
    private static final Set<String> ORIGIN_TOLD = Set.of("forwarded", "x-real-ip");

    private PassedOn() {}

    /** Into {@code to}: all but what tells how long the body is. */
    static void request(
            HttpServerRequest request,
            RouteRule rule,
            Caller caller,
            Upstream upstream,
            List<Cidr> trustedProxies,
            MultiMap to) {
        InetAddress peer =
                ClientAddress.of(request.remoteAddress(), List.of(), List.of()).address();
        boolean trusted = trustedProxies.stream().anyMatch(proxies -> proxies.contains(peer));
        Set<String> named = namedBy(request.headers());
        for (Map.Entry<String, String> header : request.headers()) {
            String name = canonical(header.getKey());
            boolean tellsOrigin = name.startsWith(FORWARDED) || ORIGIN_TOLD.contains(name);
            if (!HOP_BY_HOP.contains(name)
                    && !named.contains(name)
                    && !name.startsWith(OURS)
                    && (trusted || !tellsOrigin)) {
                to.add(header.getKey(), header.getValue());
            }
        }
        String host = request.getHeader(HttpHeaders.HOST);
        to.set(HttpHeaders.HOST, host != null && rule.passHost() ? host : upstream.authority());
        forwarded(peer.getHostAddress(), host, request.isSSL(), to);
        if (rule.stripPrefix()) {
            to.set("X-Forwarded-Prefix", rule.path().prefix());
        }
        caller(caller, rule.auth(), to);
        String id = RequestTrace.id(request.response());
        if (id != null) {
            to.set(RequestTrace.REQUEST_ID, id);
        }
        to.set(RequestTrace.TRACE_PARENT, RequestTrace.parent(request.getHeader(RequestTrace.TRACE_PARENT)));
    }

    private static void caller(Caller caller, RouteAuth auth, MultiMap to) {
        Identity identity = caller.identity();
        String claims = caller.claims();
        if (identity != null && claims != null) {
            to.set(USER, Caller.headerValue(identity.user()));
            to.set(CLAIMS, claims);
        }
        if (auth != RouteAuth.NONE) {
            withoutToken(to);
        }
    }

    /** The other way a browser can show a token where it cannot set a header. */
    private static void withoutToken(MultiMap to) {
        List<String> offers = to.getAll(SUBPROTOCOLS);
        if (offers.isEmpty()) {
            return;
        }
        List<String> others = offers.stream()
                .flatMap(line -> List.of(line.split(",", -1)).stream())
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !name.startsWith("bearer."))
                .toList();
        to.remove(SUBPROTOCOLS);
        if (!others.isEmpty()) {
            to.set(SUBPROTOCOLS, String.join(", ", others));
        }
    }

    /** What trusted proxies said is there already, and gets our peer behind it. */
    private static void forwarded(String peer, @Nullable String host, boolean tls, MultiMap to) {
        String scheme = tls ? "https" : "http";
        String before = String.join(", ", to.getAll(FORWARDED_FOR));
        to.set(FORWARDED_FOR, before.isEmpty() ? peer : before + ", " + peer);
        if (!to.contains("X-Forwarded-Proto")) {
            to.set("X-Forwarded-Proto", scheme);
        }
        if (host != null && !to.contains("X-Forwarded-Host")) {
            to.set("X-Forwarded-Host", host);
        }
        String hop = "for=" + (peer.contains(":") ? "\"[" + peer + "]\"" : peer)
                + (host == null ? "" : ";host=\"" + host + '"') + ";proto=" + scheme;
        String hops = String.join(", ", to.getAll("Forwarded"));
        to.set("Forwarded", hops.isEmpty() ? hop : hops + ", " + hop);
    }

    /** To the client, which has been told the request's name. How long the body is, is said by whoever writes it. */
    static void answer(MultiMap headers, MultiMap to) {
        Set<String> named = namedBy(headers);
        for (Map.Entry<String, String> header : headers) {
            String name = canonical(header.getKey());
            if (!HOP_BY_HOP.contains(name) && !named.contains(name) && !name.equals(REQUEST_ID)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /** What {@code Connection} declares to be meant for this hop. */
    private static Set<String> namedBy(MultiMap headers) {
        Set<String> named = new HashSet<>();
        for (String line : headers.getAll(HttpHeaders.CONNECTION)) {
            for (String name : line.split(",", -1)) {
                named.add(canonical(name.strip()));
            }
        }
        return named;
    }

    /** Gateways to CGI, WSGI and their like read a minus and an underscore as the same. */
    private static String canonical(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The path and query the upstream is asked for; null if the prefix is not there to be taken away. */
    static @Nullable String target(HttpServerRequest request, RouteRule rule) {
        String path = request.path();
        if (rule.stripPrefix()) {
            if (!path.startsWith(rule.path().prefix())) {
                return null;
            }
            String rest = path.substring(rule.path().prefix().length());
            path = rest.startsWith("/") ? rest : "/" + rest;
        }
        String query = request.query();
        if (query == null) {
            return path;
        }
        String passed = rule.auth() == RouteAuth.NONE ? query : withoutToken(query);
        return passed.isEmpty() ? path : path + '?' + passed;
    }

    /** Parameters are told apart here as where the token is looked for. */
    static String withoutToken(String query) {
        StringBuilder rest = new StringBuilder();
        int from = 0;
        for (int at = 0; at <= query.length(); at++) {
            boolean ends = at == query.length() || query.charAt(at) == '&' || query.charAt(at) == ';';
            if (ends) {
                if (!isToken(query.substring(from, at))) {
                    // With what parted it from the one before.
                    rest.append(query, rest.length() == 0 || from == 0 ? from : from - 1, at);
                }
                from = at + 1;
            }
        }
        return rest.toString();
    }

    private static boolean isToken(String parameter) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        return QueryStringDecoder.decodeComponent(name).equals("token");
    }
}
