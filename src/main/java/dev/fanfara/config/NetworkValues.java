package dev.fanfara.config;

import dev.fanfara.json.Unfit;
import dev.fanfara.json.Value;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hosts, ports, origins and the other words of the network, each with its spelling. */
final class NetworkValues {
    private static final String HOST_PATTERN = "[A-Za-z0-9_.:%-]+";
    private static final String SERVER = "an origin such as \"http://127.0.0.1:3000\", without path";
    private static final Pattern ORIGIN =
            Pattern.compile("(https?)://([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?");
    private static final Pattern MEMBER = Pattern.compile("([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?");

    static final Value<String> HOST =
            Value.spelled("a host name or address, without port", "127.0.0.1", "^" + HOST_PATTERN + "$", text -> {
                if (!text.matches(HOST_PATTERN) || text.matches("[^:]*:\\d*")) {
                    throw new Unfit("a host name or address, without port", hostIn(text));
                }
                return text;
            });

    static final Value<Integer> PORT = Value.integer(0, 65535);

    /** Spelled as browsers send it: small letters, no default port; so that comparing texts is enough. */
    static final Value<String> ORIGIN_OR_ANY = Value.spelled(
            "an origin such as \"https://dash.example.com\", or \"*\" alone",
            "https://dash.example.com",
            "^(\\*|https?://[^/\\s*]+)$",
            NetworkValues::origin);

    /** A server, spelled the same way. */
    static final Value<String> ORIGIN_OF_SERVER =
            Value.spelled(SERVER, "http://127.0.0.1:3000", "^https?://[^/\\s*]+$", NetworkValues::originOfServer);

    static final Value<Cidr> CIDR = Value.spelled(
            "an address or a block of addresses such as \"10.0.0.0/8\"",
            "10.0.0.0/8",
            "^[0-9A-Fa-f:.]+(/\\d{1,3})?$",
            Cidr::parse);

    static final Value<String> MEMBER_ADDRESS = Value.spelled(
            "host:port of a member, such as \"10.0.0.5:5701\"",
            "127.0.0.1:5701",
            "^([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\])(:\\d{1,5})?$",
            text -> {
                Matcher matcher = MEMBER.matcher(text);
                if (!matcher.matches() || !isPort(matcher.group(2))) {
                    throw new IllegalArgumentException("no member");
                }
                return text;
            });

    /** Anyone on the way could replace keys that come over plain http. */
    static final Value<String> JWKS_URL = Value.spelled(
            "an https URL, or http on loopback",
            "https://idp.example.com/jwks.json",
            "^https?://",
            NetworkValues::jwksUrl);

    /** What the operator writes is asked, whoever that is; a password would show in every log of a proxy. */
    static final Value<String> HOOK_URL = Value.spelled(
            "an http or https URL without a password", "https://backend.example.com/hooks", "^https?://", text -> {
                URI url = URI.create(text);
                boolean isHttp = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
                if (!isHttp || url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
                    throw new IllegalArgumentException("no such URL");
                }
                return text;
            });

    private NetworkValues() {}

    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}")
                || host.equals("::1")
                || host.equals("[::1]");
    }

    static boolean isWildcard(String host) {
        return host.matches("0(\\.0){0,3}") || host.matches("[0:]*::?[0:]*");
    }

    private static String origin(String text) throws Unfit {
        if (text.equals("*")) {
            return text;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        Matcher matcher = ORIGIN.matcher(lower);
        if (!matcher.matches() || !isPort(matcher.group(3))) {
            throw new Unfit("an origin such as \"https://dash.example.com\", or \"*\" alone", originIn(lower));
        }
        String port = matcher.group(3);
        boolean usual = port == null || port.equals(matcher.group(1).equals("https") ? "443" : "80");
        return matcher.group(1) + "://" + matcher.group(2) + (usual ? "" : ":" + Integer.parseInt(port));
    }

    private static String originOfServer(String text) throws Unfit {
        try {
            if (!text.equals("*")) {
                return origin(text);
            }
        } catch (Unfit noOrigin) {
            throw new Unfit(SERVER, noOrigin.didYouMean());
        }
        throw new Unfit(SERVER);
    }

    private static @Nullable String originIn(String text) {
        if (ORIGIN.matcher("https://" + text).matches()) {
            return "\"https://" + text + '"';
        }
        Matcher matcher = ORIGIN.matcher(text);
        return matcher.lookingAt() && text.startsWith("/", matcher.end()) ? '"' + matcher.group() + '"' : null;
    }

    private static String jwksUrl(String text) {
        URI url = URI.create(text);
        String host = url.getHost();
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        boolean near = host != null && isLoopback(host) && "http".equalsIgnoreCase(url.getScheme());
        if (host == null || !(secure || near)) {
            throw new IllegalArgumentException("not safe to fetch keys from");
        }
        return text;
    }

    private static @Nullable String hostIn(String text) {
        Matcher matcher = Pattern.compile("(?:[a-z]+://)?([A-Za-z0-9_.-]+)(?::\\d*)?(?:/.*)?")
                .matcher(text);
        return matcher.matches() ? '"' + matcher.group(1) + '"' : null;
    }

    private static boolean isPort(@Nullable String digits) {
        return digits == null || (Integer.parseInt(digits) >= 1 && Integer.parseInt(digits) <= 65535);
    }
}
