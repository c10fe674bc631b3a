package dev.fanfara.cluster;

import java.util.Map;

/**
 * What a node must know to join its cluster. Immutable.
 *
 * @param name nodes of another name are strangers, even on the same network
 * @param host the one address both ports bind to and that the other nodes connect to
 * @param port where Hazelcast listens
 * @param eventBusPort where the event bus listens; fixed, since it is announced before the bus starts
 * @param backups copies of each shared entry besides the first
 * @param attributes what this node tells its peers about itself; names that begin with {@code __} are reserved
 */
public record ClusterOptions(
        String name,
        String host,
        int port,
        int eventBusPort,
        Discovery discovery,
        int backups,
        Map<String, String> attributes) {

    public ClusterOptions {
        attributes = Map.copyOf(attributes);
    }
}
