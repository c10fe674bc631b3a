package dev.fanfara.bus;

import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import org.jspecify.annotations.Nullable;

/** What connections tell the room service of their own node. Rights and limits were checked before. */
public sealed interface RoomMessage {
    /**
     * {@code loop} is where the connection lives; {@code ticket} comes back in the answer, so that the answer to a join
     * that was left again is not taken for the answer to the next. {@code unseen} is who hears all and is no part of the
     * room's presence. {@code since}, {@code history} and {@code maxRate} as the client wrote them.
     */
    record Join(
            RoomName room,
            int loop,
            ConnectionId connection,
            String user,
            boolean unseen,
            long ticket,
            @Nullable Position since,
            @Nullable Integer history,
            @Nullable Integer maxRate)
            implements RoomMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onJoin(this);
        }
    }

    record Leave(RoomName room, int loop, ConnectionId connection) implements RoomMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onLeave(this);
        }
    }

    /** {@code id} is absent if the member wants no ack; {@code acceptedNanos} is {@link System#nanoTime}. */
    record Publish(
            RoomName room,
            int loop,
            ConnectionId connection,
            String user,
            Payload payload,
            @Nullable String key,
            boolean echo,
            @Nullable CommandId id,
            long acceptedNanos)
            implements RoomMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onPublish(this);
        }
    }

    /**
     * A member that is not being served wants to know what it missed, and to be served from here on. {@code at}: as of
     * when it knows the room; {@code whole}: but nothing less than the whole state leads on from there; {@code maxRate}
     * absent: as before.
     */
    record Refresh(
            RoomName room,
            int loop,
            ConnectionId connection,
            long ticket,
            Position at,
            boolean whole,
            @Nullable Integer maxRate)
            implements RoomMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onRefresh(this);
        }
    }

    /** Publications after {@code since}, or the newest. */
    record AskHistory(
            RoomName room,
            int loop,
            ConnectionId connection,
            @Nullable CommandId id,
            @Nullable Position since,
            @Nullable Integer limit)
            implements RoomMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onAskHistory(this);
        }
    }

    record AskPresence(
            RoomName room,
            int loop,
            ConnectionId connection,
            @Nullable CommandId id) implements RoomMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onAskPresence(this);
        }
    }

    /** It decides which loop is in charge. */
    RoomName room();

    void dispatch(Receiver to);

    /** A new message does not compile until the room service hears it. */
    interface Receiver {
        void onJoin(Join join);

        void onLeave(Leave leave);

        void onPublish(Publish publish);

        void onRefresh(Refresh refresh);

        void onAskHistory(AskHistory question);

        void onAskPresence(AskPresence question);
    }
}
