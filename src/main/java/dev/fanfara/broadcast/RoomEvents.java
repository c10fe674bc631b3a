package dev.fanfara.broadcast;

import dev.fanfara.protocol.RoomName;

/** Who hears which rooms of the cluster have members. Called on any loop of the room service. */
public interface RoomEvents {
    /** Whether anybody does. */
    boolean areWanted();

    /** Whether this node is the one that tells, for all. */
    boolean areToldHere();

    void occupied(RoomName room);

    void vacated(RoomName room);
}
