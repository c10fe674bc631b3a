package dev.fanfara.config;

import org.jspecify.annotations.Nullable;

/** The management port: metrics, health, admin. Immutable. */
public record ManagementConfig(
        String host,
        int port,
        @Nullable String adminToken,
        @Nullable TlsConfig tls) {}
