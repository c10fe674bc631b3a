package dev.fanfara.broadcast;

import dev.fanfara.bus.Channel;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Room;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A room that has members on this node, or had some a moment ago. Touched only by the room service's event loop. */
final class HostedRoom {
    final RoomName name;
    final Room room;
    /** Those of its members who get all there is. */
    final Channel everyFrame;

    /**
     * Until every other node has confirmed that it will forward, since who joins must not miss what is published next,
     * and until what the room remembers is here.
     */
    boolean opening = true;

    /** As of the configuration in force. */
    PresenceMode presence;
    /** The most frames a second for one member; 0 means all. */
    int maxRate;
    /** Null in a room that remembers nothing. */
    @Nullable
    Tail tail;

    /** Joins that wait for that, in order. */
    final List<RoomMessage.Join> waiting = new ArrayList<>();

    final Activity activity = new Activity(System.nanoTime());

    /** Since when nobody is here, {@link System#nanoTime}; counts only while the room is empty. */
    long emptySinceNanos;

    /** Members are to get one {@code presence} in place of many single changes. */
    boolean presenceDue;
    /** Up to so many they get one by one. */
    final Allowance singleChanges;

    HostedRoom(RoomName name, RoomRule rule, int loops, long firstVersion) {
        this.name = name;
        this.presence = rule.presence();
        this.maxRate = rule.maxRate();
        singleChanges = new Allowance(
                BroadcastVerticle.SINGLE_CHANGES_IN_A_BURST,
                BroadcastVerticle.SINGLE_CHANGES_A_SECOND,
                System.nanoTime());
        room = new Room(loops, firstVersion);
        everyFrame = Channel.everyFrame(name);
    }

    /** How many members a member learns of; null where presence is off. */
    @Nullable
    Integer countToTell() {
        return presence == PresenceMode.NONE ? null : room.count();
    }

    boolean isEmpty() {
        return room.localCount() == 0 && waiting.isEmpty();
    }
}
