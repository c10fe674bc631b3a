package dev.fanfara.config;

import dev.fanfara.json.Value;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which paths a route is for: exactly one, or with {@code /**} at its end that one and all below it. Immutable.
 *
 * @param prefix the path without {@code /**}; empty for {@code /**} alone
 */
public record RoutePath(String prefix, boolean andBelow) {
    private static final String BELOW = "/**";
    private static final String SPELLING = "^(/[A-Za-z0-9._~!$&'()+,=:@-]+)*(/|/\\*\\*)?$";
    private static final Pattern SPELLED = Pattern.compile(SPELLING);
    /** A client's way around: no server and no proxy agree on what such a segment means. */
    private static final Pattern DOTS = Pattern.compile("/\\.\\.?(/|$)");

    static final Value<RoutePath> VALUE = Value.spelled(
            "a path such as \"/app/users\" or \"/app/**\", without query, escapes, empty or dot segments",
            "/app/**",
            new JsonObject().put("type", "string").put("minLength", 1).put("pattern", SPELLING),
            RoutePath::parse);

    /** What the gateway serves itself; it comes first whatever the routes say. */
    private static final List<String> GATEWAYS =
            List.of("/ws", "/sse", "/echo", "/client", "/socket.io", "/engine.io", "/api");

    private static RoutePath parse(String text) {
        if (text.isEmpty()
                || !SPELLED.matcher(text).matches()
                || DOTS.matcher(text).find()) {
            throw new IllegalArgumentException("no path");
        }
        boolean andBelow = text.endsWith(BELOW);
        return new RoutePath(andBelow ? text.substring(0, text.length() - BELOW.length()) : text, andBelow);
    }

    /** @param path decoded, without empty and dot segments */
    public boolean matches(String path) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || (andBelow && path.charAt(prefix.length()) == '/'));
    }

    /** Whether whatever the other matches comes here first. */
    boolean covers(RoutePath other) {
        return equals(other) || (andBelow && matches(other.prefix));
    }

    public static boolean isGateways(String path) {
        return path.equals("/") || GATEWAYS.stream().anyMatch(own -> new RoutePath(own, true).matches(path));
    }

    /** Whether all it matches is the gateway's. {@code /**} is not: there it means all the rest. */
    boolean isGateways() {
        return !prefix.isEmpty() && isGateways(prefix);
    }

    /** As it is configured. */
    @Override
    public String toString() {
        return andBelow ? prefix + BELOW : prefix;
    }
}
