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

    private volatile byte @Nullable [] wire;

    /** {@code timestamp} is when the publishing node took it, in milliseconds since 1970. */
    public Forwarded(RoomName room, @Nullable String user, Payload payload, long timestamp) {
        this.room = room;
        this.user = user;
        this.payload = payload;
        this.timestamp = timestamp;
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
