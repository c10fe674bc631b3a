package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;

/** What the room service tells the connections of its own node, in the order the room decided. */
public sealed interface EdgeMessage {
    /** {@code members} is absent when the room's presence is off. */
    record Joined(
            RoomName room,
            ConnectionId connection,
            long ticket,
            @Nullable Integer members) implements EdgeMessage {
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

    /** To every member on this loop, except one (the sender, or the member the news is about). */
    record Deliver(
            RoomName room, SharedMessage message, @Nullable ConnectionId except) implements EdgeMessage {
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

    void dispatch(Receiver to);

    /** A new message does not compile until the connections hear it. */
    interface Receiver {
        void onJoined(Joined joined);

        void onJoinRefused(JoinRefused refused);

        void onDeliver(Deliver deliver);

        void onReply(Reply reply);
    }
}
