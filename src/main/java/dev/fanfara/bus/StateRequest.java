package dev.fanfara.bus;

import dev.fanfara.protocol.RoomName;

/** What is the state of a room? Immutable. */
public record StateRequest(RoomName room) {}
