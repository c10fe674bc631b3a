package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how this node finds others. Read when the process starts. Immutable.
 *
 * @param host where other members reach this one
 * @param port membership
 * @param eventBusPort messages between nodes; 0 picks a free one
 * @param backups how many other members hold each entry too
 * @param minimumSize null for {@link #minimum}'s choice
 */
public record ClusterConfig(
        boolean enabled,
        String name,
        String host,
        int port,
        int eventBusPort,
        DiscoveryConfig discovery,
        int backups,
        @Nullable Integer minimumSize) {
    /** From so many listed members on, a majority of them can be told from the rest. */
    private static final int SMALLEST_WITH_MAJORITY = 3;

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
                fields.value("backups", Value.integer(0, 6), 1, "How many other members hold each entry too"),
                fields.optional(
                        "minimumSize",
                        Value.integer(1, 100),
                        "Members that must see each other to publish to rooms that remember; by default a majority of"
                                + " three listed members or more, else 1"));
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
        if (cluster.enabled() && discovery.type() != DiscoveryType.MEMBERS && cluster.minimum() == 1) {
            fields.warn(
                    "minimumSize",
                    "is 1: guarantees hold when nodes crash, not when the network parts them; set it to a majority");
        }
        return cluster;
    }

    /** Members, this one included, that are enough to go on without the others. */
    public int minimum() {
        if (minimumSize != null) {
            return minimumSize;
        }
        int listed =
                discovery.type() == DiscoveryType.MEMBERS ? discovery.members().size() : 0;
        return listed < SMALLEST_WITH_MAJORITY ? 1 : listed / 2 + 1;
    }

    /** How many members must have been there before {@link #minimum} counts. */
    public int minimumCountsFrom() {
        return minimumSize == null && discovery.isDefault() ? SMALLEST_WITH_MAJORITY : 1;
    }
}
