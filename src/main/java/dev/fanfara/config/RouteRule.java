package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Paths that are passed on to upstream services; the first match wins. Immutable.
 *
 * @param upstreams origins: scheme, host and perhaps a port
 * @param timeout until the head of the answer has come
 * @param stripPrefix whether the upstream is asked for what follows the path's part before {@code /**}
 * @param passHost whether the upstream sees the client's {@code Host} and not its own
 * @param maxBody of a request, in bytes
 * @param maxConcurrent requests and WebSockets under way on one node
 * @param ca PEM text of the certificates that the upstreams' are signed with; null: those the JVM trusts
 */
public record RouteRule(
        RoutePath path,
        List<String> upstreams,
        RouteAuth auth,
        Duration timeout,
        boolean stripPrefix,
        boolean passHost,
        int maxBody,
        int maxConcurrent,
        @Nullable HealthConfig health,
        @Nullable String ca) {
    private static final Value<String> CA = Value.text(
                    "certificates in PEM (-----BEGIN CERTIFICATE-----)", "-----BEGIN CERTIFICATE-----")
            .where(TlsPair::isCertificate);

    /** @param byDefault the auth of routes that do not say which */
    static RouteRule read(Fields fields, RouteAuth byDefault) {
        RoutePath path = fields.required(
                "path", RoutePath.VALUE, "The path this route is for; with /** at its end also all below it");
        @Nullable
        RouteAuth auth = fields.optional(
                "auth",
                Value.word(RouteAuth.class),
                "Whether a token must be shown, may be, or is not looked at; when not written, required if"
                        + " auth.required and else none");
        RouteRule rule = new RouteRule(
                path,
                fields.requiredList("upstreams", NetworkValues.ORIGIN_OF_SERVER, "Where requests go, in turn"),
                auth == null ? byDefault : auth,
                fields.value(
                        "timeout",
                        Quantities.duration("100ms", "1h"),
                        "10s",
                        "How long an upstream may take until the head of its answer has come"),
                fields.value(
                        "stripPrefix",
                        Value.flag(),
                        false,
                        "Whether upstreams are asked for the rest of the path, without what is before /**"),
                fields.value(
                        "passHost", Value.flag(), true, "Whether upstreams see the client's Host and not their own"),
                fields.value("maxBody", Quantities.size("0B", "1GiB"), "1MiB", "Most bytes of a request's body"),
                fields.value(
                        "maxConcurrent",
                        Value.integer(1, 100_000),
                        1000,
                        "Most requests and WebSockets under way on one node"),
                fields.optionalObject("health", HealthConfig::read, "How upstreams are asked whether they are well"),
                fields.optional(
                        "ca", CA, "PEM text of what https upstreams' certificates are signed with, usually ${file:…}"));
        fields.check(
                !path.isGateways(),
                "path",
                "a path that the gateway does not serve itself (/, /ws, /sse, /echo, /client, /socket.io, /api)");
        fields.check(
                path.andBelow() || !rule.stripPrefix(), "stripPrefix", "false unless the path ends in /**", "path");
        return rule;
    }
}
