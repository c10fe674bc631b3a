package dev.fanfara.room;

import dev.fanfara.protocol.ConnectionId;

/** Somebody came or went, here or on another node; {@code count} is the number of connections after it. Immutable. */
public record PresenceChange(ConnectionId connection, String user, boolean joined, int count) {}
