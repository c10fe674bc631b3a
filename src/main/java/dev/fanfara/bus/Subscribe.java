package dev.fanfara.bus;

import dev.fanfara.protocol.RoomName;

/** {@code node} gets its first member of this room and wants what is published there. Immutable. */
public record Subscribe(String node, RoomName room) {}
