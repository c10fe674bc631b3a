package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import java.util.Map;

/**
 * Who of a room is on one node: {@code members} (connection to user) where presence is full, {@code count} everywhere.
 * {@code version} is that of the last {@link PeerMessage.RosterDelta} it contains, 0 where
 * the node does not host the room. Immutable.
 */
public record Roster(String node, long version, int count, Map<ConnectionId, String> members) {}
