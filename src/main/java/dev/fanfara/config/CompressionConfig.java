package dev.fanfara.config;

/** permessage-deflate; {@code threshold} in bytes. Immutable. */
public record CompressionConfig(boolean enabled, int threshold) {}
