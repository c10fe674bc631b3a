package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;

/**
 * Whether and how this node finds others. Read when the process starts. Immutable.
 *
 * @param host where other members reach this one
 * @param port membership
 * @param eventBusPort messages between nodes; 0 picks a free one
 * @param backups how many other members hold each entry too
 */
public record ClusterConfig(
        boolean enabled, String name, String host, int port, int eventBusPort, DiscoveryConfig discovery, int backups) {
    static ClusterConfig read(Fields all) {
        Fields fields = all.atStart();
        ClusterConfig cluster = new ClusterConfig(
                fields.value("enabled", Value.flag(), false, "Whether this node joins others"),
                fields.value(
                        "name",
                        Value.text("a name", "fanfara"),
                        "fanfara",
                        "Only nodes of the same name find each other"),
                fields.value(
                        "host", NetworkValues.HOST, "127.0.0.1", "Address at which the other members reach this one"),
                fields.value("port", NetworkValues.PORT, 5701, "Port of membership"),
                fields.value("eventBusPort", NetworkValues.PORT, 15701, "Port of messages between nodes"),
                fields.object("discovery", DiscoveryConfig::read, "How members find each other"),
                fields.value("backups", Value.integer(0, 6), 1, "How many other members hold each entry too"));
        fields.check(
                !NetworkValues.isWildcard(cluster.host()),
                "host",
                "the address at which other members reach this node; a wildcard is none");
        DiscoveryConfig discovery = cluster.discovery();
        fields.check(
                !cluster.enabled()
                        || discovery.type() != DiscoveryType.MEMBERS
                        || !discovery.members().isEmpty(),
                "discovery/members",
                "at least one member when the type is members",
                "discovery/type",
                "enabled");
        fields.notYet("minimumSize");
        return cluster;
    }
}
