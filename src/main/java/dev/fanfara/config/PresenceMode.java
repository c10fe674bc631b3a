package dev.fanfara.config;

/** What members learn of each other. */
public enum PresenceMode {
    NONE,
    COUNT,
    FULL
}
