package dev.fanfara.room;

import dev.fanfara.protocol.ConnectionId;
import java.util.List;
import java.util.Map;

/** What other nodes have not been told yet of this node's members. Immutable. */
public record RosterChange(long version, int count, Map<ConnectionId, String> joined, List<ConnectionId> left) {}
