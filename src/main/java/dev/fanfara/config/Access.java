package dev.fanfara.config;

/** Who may join a room or publish to it. */
public enum Access {
    ANYONE,
    USER,
    TOKEN,
    API,
    NOBODY
}
