package dev.fanfara.http;

import dev.fanfara.admission.ClientAddress;
import dev.fanfara.config.GatewayConfig;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * How many sockets each client address has that speak HTTP: one that is idle costs a client nothing and us a file
 * descriptor. What becomes a WebSocket counts no more here; those have a limit of their own, and a close code that says so,
 * for which this one leaves room. Proxies that are trusted have as many as they like. One per node. Any thread.
 */
public final class HttpSockets {
    private static final int AT_LEAST = 1_000;

    private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    /** What is to run once, when the socket speaks HTTP no more; null if the address has too many. */
    @Nullable
    Runnable open(SocketAddress peer, GatewayConfig config) {
        ClientAddress client = ClientAddress.of(peer, List.of(), List.of());
        if (config.server().trustedProxies().stream().anyMatch(proxies -> proxies.contains(client.address()))) {
            return () -> {};
        }
        String group = client.group();
        int limit = Math.max(AT_LEAST, 2 * config.limits().connectionsPerIp());
        if (byAddress.merge(group, 1, Integer::sum) > limit) {
            close(group);
            return null;
        }
        return () -> close(group);
    }

    /** Null removes the address from the map. */
    @SuppressWarnings("NullAway") // the contract of Map.computeIfPresent
    private void close(String group) {
        byAddress.computeIfPresent(group, (same, open) -> open == 1 ? null : open - 1);
    }

    int open(String group) {
        return byAddress.getOrDefault(group, 0);
    }
}
