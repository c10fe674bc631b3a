package dev.fanfara.config;

/** Whether and how this node finds others. Immutable. */
public record ClusterConfig(
        boolean enabled,
        String name,
        String host,
        int port,
        int eventBusPort,
        DiscoveryConfig discovery,
        int backups) {}
