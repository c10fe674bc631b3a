package dev.fanfara.config;

import java.time.Duration;

/** So many events in so much time, written {@code "600/1m"}. Immutable. */
public record Rate(int events, Duration per) {}
