package dev.fanfara.broadcast;

import dev.fanfara.protocol.RoomName;

/** Nobody wants to hear which rooms have members. */
final class NoEvents implements RoomEvents {
    @Override
    public boolean areWanted() {
        return false;
    }

    @Override
    public boolean areToldHere() {
        return false;
    }

    @Override
    public void occupied(RoomName room) {
        throw new AssertionError(room);
    }

    @Override
    public void vacated(RoomName room) {
        throw new AssertionError(room);
    }
}
