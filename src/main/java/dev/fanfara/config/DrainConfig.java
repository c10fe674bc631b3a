package dev.fanfara.config;

import java.time.Duration;

/** How a node empties before it stops. Immutable. */
public record DrainConfig(Duration window) {}
