package dev.fanfara.bus;

import dev.fanfara.protocol.RoomName;

/**
 * The members of a room that get the same frames: at most {@code maxRate} in a second, of a room that keeps a state.
 * Immutable.
 */
public record Channel(RoomName room, int maxRate) {
    /** No frame is left out: nobody asked for less, or the room keeps no state. */
    public static final int EVERY_FRAME = Integer.MAX_VALUE;
    /** Nothing until the member asks for more. */
    public static final int PAUSED = 0;

    public static Channel everyFrame(RoomName room) {
        return new Channel(room, EVERY_FRAME);
    }

    public boolean isEveryFrame() {
        return maxRate == EVERY_FRAME;
    }
}
