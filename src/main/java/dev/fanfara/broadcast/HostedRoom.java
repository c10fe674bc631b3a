package dev.fanfara.broadcast;

import dev.fanfara.bus.RoomMessage;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Room;
import java.util.ArrayList;
import java.util.List;

/** A room that has members on this node, or had some a moment ago. Touched only by the room service's event loop. */
final class HostedRoom {
    final RoomName name;
    final Room room;

    /** Until every other node has confirmed that it will forward: who joins must not miss what is published next. */
    boolean subscribing = true;

    /** As of the configuration in force. */
    PresenceMode presence;

    /** Joins that wait for the subscription, in order. */
    final List<RoomMessage.Join> waiting = new ArrayList<>();

    /** Since when nobody is here, {@link System#nanoTime}; counts only while the room is empty. */
    long emptySinceNanos;

    /** Members are to get one {@code presence} in place of many single changes. */
    boolean presenceDue;

    HostedRoom(RoomName name, PresenceMode presence, int loops, long firstVersion) {
        this.name = name;
        this.presence = presence;
        room = new Room(loops, firstVersion);
    }

    boolean isEmpty() {
        return room.localCount() == 0 && waiting.isEmpty();
    }
}
