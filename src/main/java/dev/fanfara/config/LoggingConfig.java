package dev.fanfara.config;

/** What is logged and in which shape. Immutable. */
public record LoggingConfig(LogLevel level, LogFormat format) {}
