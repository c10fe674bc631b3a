package dev.fanfara.bus;

import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import org.jspecify.annotations.Nullable;

/**
 * A publication for the members of other nodes. This is the one place where it becomes bytes for them: once, however
 * many nodes get a copy. Its payload is JSON that was checked when it came in, and is not looked at again. Immutable;
 * any thread: those that race make equal bytes.
 */
public final class Forwarded {
    private final RoomName room;
    private final @Nullable String user;
    private final Payload payload;
    private final long timestamp;
    private final @Nullable Place place;

    private volatile byte @Nullable [] wire;

    /**
     * @param timestamp when it was taken, in milliseconds since 1970
     * @param place absent where the room remembers nothing
     */
    public Forwarded(RoomName room, @Nullable String user, Payload payload, long timestamp, @Nullable Place place) {
        this.room = room;
        this.user = user;
        this.payload = payload;
        this.timestamp = timestamp;
        this.place = place;
    }

    public RoomName room() {
        return room;
    }

    public @Nullable String user() {
        return user;
    }

    public Payload payload() {
        return payload;
    }

    public long timestamp() {
        return timestamp;
    }

    public @Nullable Place place() {
        return place;
    }

    /** How many bytes it adds to a message between nodes. */
    public int size() {
        return wire().length;
    }

    /** Not to be changed. */
    byte[] wire() {
        byte[] known = wire;
        if (known == null) {
            known = PeerWire.bytes(this);
            wire = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "Forwarded[" + room + ", " + payload + "]";
    }
}
