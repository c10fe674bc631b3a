package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.RoomName;
import java.util.List;
import java.util.Map;

/**
 * What the room services of two nodes tell each other. {@code node} is always the sender. The bus may lose any of
 * these when a connection breaks: each is repaired by the next {@link Digest}, but {@link Publications}, which plain
 * rooms send once.
 */
public sealed interface PeerMessage {
    /**
     * What the sender's loop took in one turn for members on the receiving loop, in order. At most once: a node that has
     * not acknowledged enough of what came before gets none of it. {@code position} is how far the stream from the one
     * loop to the other has come with these, in the sender's own count of bytes; it only grows. Without publications it
     * asks for an acknowledgement, which may have been lost, as may what it was to be for.
     */
    record Publications(String node, int loop, long position, List<Forwarded> publications) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onPublications(this);
        }
    }

    /**
     * The sender's loop has had the stream of the receiving loop up to {@code position}: all before it has come, or
     * never will.
     */
    record Received(String node, int loop, long position) implements PeerMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onReceived(this);
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
        void onPublications(Publications publications);

        void onReceived(Received received);

        void onUnsubscribe(Unsubscribe unsubscribe);

        void onRosterDelta(RosterDelta delta);

        void onInterests(Interests interests);

        void onDigest(Digest digest);

        void onGoodbye(Goodbye goodbye);
    }
}
