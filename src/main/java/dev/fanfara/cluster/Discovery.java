package dev.fanfara.cluster;

import java.util.List;

/** How a starting node finds the others. Immutable. */
public sealed interface Discovery {

    /** A fixed list of {@code host:port} or {@code host}; may name this node too, and nodes that do not exist yet. */
    record Members(List<String> addresses) implements Discovery {
        public Members {
            addresses = List.copyOf(addresses);
        }
    }

    /** A name whose A records are the nodes, such as a headless Kubernetes service; all of them use the same port. */
    record Dns(String serviceName, int port) implements Discovery {}

    /** Whoever answers on the local network. For development. */
    record Multicast() implements Discovery {}
}
