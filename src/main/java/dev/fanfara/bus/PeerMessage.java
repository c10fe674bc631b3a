package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the room services of two nodes tell each other. {@code node} is always the sender. The bus may lose any of
 * these when a connection breaks: each is repaired by the next {@link Digest}, but {@link Forwarded}, which rooms of
 * mode plain send once.
 */
public sealed interface PeerMessage {
    /** A publication for the members of the receiving node. */
    record Forwarded(RoomName room, @Nullable String user, Payload payload, long timestamp) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onForwarded(this);
        }
    }

    /** The sender has had no member in these rooms for a while, and wants nothing more of them. */
    record Unsubscribe(String node, List<RoomName> rooms) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onUnsubscribe(this);
        }
    }

    /** Who came and went at the sender. {@code version} counts these messages per room, from the room's first. */
    record RosterDelta(
            String node,
            RoomName room,
            long version,
            int count,
            Map<ConnectionId, String> joined,
            List<ConnectionId> left)
            implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onRosterDelta(this);
        }
    }

    /**
     * All rooms of the receiving loop in which the sender's loop has members. The first one makes the sender known to
     * the receiver; {@code answer} asks for the receiver's own.
     */
    record Interests(String node, int loop, List<RoomName> rooms, boolean answer) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onInterests(this);
        }
    }

    /**
     * Sent every few seconds: how many rooms {@link Interests} would name and the sum of their hashes, and the versions
     * of rosters that changed lately.
     */
    record Digest(String node, int loop, int rooms, long hash, Map<RoomName, Long> rosters) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onDigest(this);
        }
    }

    /** The sender is leaving: nothing more for it. */
    record Goodbye(String node) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onGoodbye(this);
        }
    }

    void dispatch(Receiver to);

    /** A new message does not compile until the room service hears it. */
    interface Receiver {
        void onForwarded(Forwarded publication);

        void onUnsubscribe(Unsubscribe unsubscribe);

        void onRosterDelta(RosterDelta delta);

        void onInterests(Interests interests);

        void onDigest(Digest digest);

        void onGoodbye(Goodbye goodbye);
    }
}
