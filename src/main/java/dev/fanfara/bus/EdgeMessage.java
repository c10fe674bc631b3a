package dev.fanfara.bus;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the room service tells the connections of its own node, in the order the room decided. */
public sealed interface EdgeMessage {
    /** {@code members} is absent when the room's presence is off, {@code entrance} when it remembers nothing. */
    record Joined(
            RoomName room,
            ConnectionId connection,
            long ticket,
            @Nullable Integer members,
            @Nullable Entrance entrance) implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onJoined(this);
        }
    }

    record JoinRefused(RoomName room, ConnectionId connection, long ticket, Refusal refusal) implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onJoinRefused(this);
        }
    }

    /** To every member of a channel on this loop, except one (the sender, or the member the news is about). */
    record Deliver(
            Channel channel,
            SharedMessage message,
            @Nullable ConnectionId except) implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onDeliver(this);
        }
    }

    /** To one member, in order with what the room delivers. */
    record Reply(RoomName room, ConnectionId connection, ServerMessage message) implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onReply(this);
        }
    }

    /**
     * A member that was not served for a while is served again: these are what it missed, and from here on it gets what
     * its channel gets. {@code maxRate}: see {@link Channel}; a member that is paused stays unserved.
     */
    record Refreshed(RoomName room, ConnectionId connection, long ticket, int maxRate, List<ServerMessage> messages)
            implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onRefreshed(this);
        }
    }

    /** A member gets another number of frames a second from here on, because the room's rule changed. */
    record Moved(RoomName room, ConnectionId connection, int maxRate) implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onMoved(this);
        }
    }

    /** Ends every connection with a member of the channel on this loop. */
    record CloseMembers(Channel channel, CloseReason reason) implements EdgeMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onCloseMembers(this);
        }
    }

    void dispatch(Receiver to);

    /** A new message does not compile until the connections hear it. */
    interface Receiver {
        void onJoined(Joined joined);

        void onJoinRefused(JoinRefused refused);

        void onDeliver(Deliver deliver);

        void onReply(Reply reply);

        void onRefreshed(Refreshed refreshed);

        void onMoved(Moved moved);

        void onCloseMembers(CloseMembers close);
    }
}
