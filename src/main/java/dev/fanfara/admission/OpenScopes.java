package dev.fanfara.admission;

import dev.fanfara.config.GatewayConfig;
import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request without credentials may do what else needs a scope. That is for a gateway on a developer's machine,
 * and every sign that it is something else closes it.
 */
public final class OpenScopes {
    private static final List<String> FORWARDING_HEADERS = List.of("forwarded", "x-real-ip", "via");

    private OpenScopes() {}

    public static boolean apply(GatewayConfig config, MultiMap headers) {
        return !config.auth().required()
                && config.auth().apiKeys().isEmpty()
                && config.server().trustedProxies().isEmpty()
                && isLocal(config.server().host(), headers);
    }

    /** Whether a request comes from this machine as far as it can show, to a listener that only this machine reaches. */
    public static boolean isLocal(String listener, MultiMap headers) {
        return isLoopback(listener) && !isForwarded(headers) && isForLoopback(headers.get("Host"));
    }

    private static boolean isForwarded(MultiMap headers) {
        for (String name : headers.names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-forwarded-") || FORWARDING_HEADERS.contains(lower)) {
                return true;
            }
        }
        return false;
    }

    /** A page of a stranger can make its own name point to 127.0.0.1 (DNS rebinding), but the name stays the stranger's. */
    private static boolean isForLoopback(@Nullable String host) {
        HostAndPort authority = host == null ? null : HostAndPort.parseAuthority(host, -1);
        return authority != null && isLoopback(authority.host());
    }

    private static boolean isLoopback(String host) {
        String literal = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(literal);
        if (bytes == null) {
            return literal.toLowerCase(Locale.ROOT).equals("localhost");
        }
        try {
            return InetAddress.getByAddress(bytes).isLoopbackAddress();
        } catch (UnknownHostException wrongLength) {
            return false;
        }
    }
}
