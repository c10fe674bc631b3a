package dev.fanfara.bus;

import dev.fanfara.protocol.RoomName;

/**
 * {@code node} wants what is published in this room, and to know who is there. {@code first}: it begins to host the
 * room, and its roster is empty as of {@code version}; otherwise it only missed a change. Immutable.
 */
public record Subscribe(String node, RoomName room, boolean first, long version) {}
