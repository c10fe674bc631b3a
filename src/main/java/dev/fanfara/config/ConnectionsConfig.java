package dev.fanfara.config;

import java.time.Duration;

/** What one connection may cost; sizes in bytes. Immutable. */
public record ConnectionsConfig(
        Duration heartbeat, Duration heartbeatTimeout, int maxMessageSize, int outboundBudget) {}
