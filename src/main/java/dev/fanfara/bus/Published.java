package dev.fanfara.bus;

/** The room took it; {@code duplicate}: it had taken the same key before and delivered nothing now. Immutable. */
public record Published(boolean duplicate) {}
