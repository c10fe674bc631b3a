package dev.fanfara.room;

import dev.fanfara.protocol.ConnectionId;
import java.util.HashMap;
import java.util.Map;

/** One other node's members, as far as it told. Touched only by the room. */
final class RemoteRoster {
    /** Of the last change that is in here. */
    long version;

    int count;
    /** Connection to user; empty where presence is not full. */
    final Map<ConnectionId, String> members = new HashMap<>();
}
