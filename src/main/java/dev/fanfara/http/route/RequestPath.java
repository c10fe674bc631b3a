package dev.fanfara.http.route;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A request's path as the most lenient server could understand it, so that no spelling of a path comes by a rule that is
 * meant for it: {@code /public/..%2fsecret}, {@code /%73ecret}, {@code //secret} and {@code /secret;a=b} are all the same
 * to somebody. Routes are found by this spelling; upstreams get what the client wrote.
 */
final class RequestPath {
    private static final Pattern PARAMETERS = Pattern.compile(";[^/]*");
    private static final Pattern SLASHES = Pattern.compile("[/\\\\]+");
    private static final Pattern DOTS = Pattern.compile("/\\.\\.?(/|$)");

    private RequestPath() {}

    /** Empty for one that no honest client sends. */
    static Optional<String> of(String raw) {
        try {
            // A plus is a plus in a path.
            String decoded = QueryStringDecoder.decodeComponent(raw.replace("+", "%2B"));
            String path =
                    SLASHES.matcher(PARAMETERS.matcher(decoded).replaceAll("")).replaceAll("/");
            boolean strange = DOTS.matcher(path).find()
                    || path.chars().anyMatch(character -> character < ' ' || character == 0x7f);
            return path.startsWith("/") && !strange ? Optional.of(path) : Optional.empty();
        } catch (IllegalArgumentException brokenEscape) {
            return Optional.empty();
        }
    }
}
