package dev.fanfara.protocol;

import org.jspecify.annotations.Nullable;

/** What a client asks of the gateway, whatever the wire. */
public sealed interface ClientMessage {
    /**
     * {@code since} asks for all that was published after it, {@code history} for the last so many messages, {@code
     * maxRate} for at most so many patches per second (0: none until an {@link Update}). {@code user} is a display name;
     * it counts in anonymous mode only.
     */
    record Join(
            @Nullable CommandId id,
            RoomName room,
            @Nullable Position since,
            @Nullable Integer history,
            @Nullable Integer maxRate,
            @Nullable String user)
            implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onJoin(this);
        }
    }

    record Leave(@Nullable CommandId id, @Nullable RoomName room) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onLeave(this);
        }
    }

    /** {@code room} is absent for the room joined last; {@code echo}: the sender wants its own message too. */
    record Publish(
            @Nullable CommandId id,
            @Nullable RoomName room,
            Payload payload,
            @Nullable String key,
            boolean echo) implements ClientMessage {
        /** The same with another payload. */
        public Publish saying(Payload other) {
            return new Publish(id, room, other, key, echo);
        }

        @Override
        public void dispatch(Receiver to) {
            to.onPublish(this);
        }
    }

    record Broadcast(@Nullable CommandId id, Payload payload) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onBroadcast(this);
        }
    }

    /** {@code to} is a user or a connection id. */
    record PrivateMessage(@Nullable CommandId id, String to, Payload payload) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onPrivateMessage(this);
        }
    }

    /** {@code room} is absent for the room joined last; {@code maxRate} as in {@link Join}. */
    record Update(@Nullable CommandId id, @Nullable RoomName room, int maxRate) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onUpdate(this);
        }
    }

    /**
     * {@code room} is absent for the room joined last. With {@code since} what came after it, the oldest {@code limit} of
     * that; without it the newest {@code limit}.
     */
    record History(
            @Nullable CommandId id,
            @Nullable RoomName room,
            @Nullable Position since,
            @Nullable Integer limit) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onHistory(this);
        }
    }

    record Presence(@Nullable CommandId id, @Nullable RoomName room) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onPresence(this);
        }
    }

    record Authenticate(@Nullable CommandId id, String token) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onAuthenticate(this);
        }

        @Override
        public String toString() {
            return "Authenticate[token not shown]";
        }
    }

    record Ping(@Nullable CommandId id) implements ClientMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onPing(this);
        }
    }

    @Nullable
    CommandId id();

    void dispatch(Receiver to);

    /** A new message does not compile until every receiver answers it. */
    interface Receiver {
        void onJoin(Join join);

        void onLeave(Leave leave);

        void onPublish(Publish publish);

        void onBroadcast(Broadcast broadcast);

        void onPrivateMessage(PrivateMessage message);

        void onUpdate(Update update);

        void onHistory(History history);

        void onPresence(Presence presence);

        void onAuthenticate(Authenticate authenticate);

        void onPing(Ping ping);
    }
}
