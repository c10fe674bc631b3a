package dev.fanfara.config;

import java.time.Duration;

/** How much one client, user or address may do on this node. Immutable. */
public record LimitsConfig(
        Rate messages,
        Rate publishes,
        Rate requestsPerIp,
        int connectionsPerIp,
        int connectionsPerUser,
        int roomsPerConnection,
        int roomsPerUser,
        int roomsPerNode,
        int connectsPerSecond,
        Duration handshake) {}
