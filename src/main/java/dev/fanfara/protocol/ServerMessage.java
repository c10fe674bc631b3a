package dev.fanfara.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the gateway says to a client, whatever the wire; {@link #writeMembers} is the native wire's JSON of it. */
public sealed interface ServerMessage {
    /** Bytes that nearly every message stays below, its payload not counted. */
    int AROUND = 256;

    /** First on every connection; {@code heartbeat} in milliseconds. */
    record Welcome(ConnectionId connection, String user, String node, long heartbeat, String version)
            implements ServerMessage {
        @Override
        public String type() {
            return "welcome";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("connection", connection.value())
                    .member("user", user)
                    .member("node", node)
                    .member("heartbeat", heartbeat)
                    .member("version", version)
                    .member("message", "Connected to server");
        }
    }

    record Authenticated(@Nullable CommandId id, String user, long expires) implements ServerMessage {
        @Override
        public String type() {
            return "authenticated";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("user", user).member("expires", Timestamps.iso(expires));
        }
    }

    /**
     * {@code members} is absent when presence is off, {@code position} in plain rooms, {@code recovered} when nothing was
     * to recover, {@code messages} (oldest first) when none were asked for, {@code state} (the JSON of the whole object)
     * when the room keeps none or {@code messages} make it up.
     */
    record Joined(
            @Nullable CommandId id,
            RoomName room,
            @Nullable Integer members,
            @Nullable Position position,
            @Nullable Boolean recovered,
            @Nullable List<ServerMessage> messages,
            byte @Nullable [] state)
            implements ServerMessage {
        @Override
        public String type() {
            return "joined";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("room", room.name());
            if (members != null) {
                json.member("members", members);
            }
            json.position(position);
            if (recovered != null) {
                json.member("recovered", recovered);
            }
            if (messages != null) {
                json.messages("messages", messages);
            }
            if (state != null) {
                json.raw("state", state);
            }
        }

        @Override
        public int expectedLength() {
            return AROUND + lengthOf(messages) + (state == null ? 0 : state.length);
        }
    }

    record Left(
            @Nullable CommandId id, RoomName room, @Nullable String reason) implements ServerMessage {
        @Override
        public String type() {
            return "left";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("room", room.name()).memberIfPresent("reason", reason);
        }
    }

    /** Somebody came or went; {@code count} is the number of connections after it. */
    record MemberChange(boolean joined, RoomName room, String user, ConnectionId connection, int count, long timestamp)
            implements ServerMessage {
        @Override
        public String type() {
            return joined ? "user-joined" : "user-left";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("room", room.name())
                    .member("user", user)
                    .member("connection", connection.value())
                    .member("count", count)
                    .member("timestamp", Timestamps.iso(timestamp));
        }
    }

    /**
     * A publication as members get it; {@code user} is absent when a backend published without one, {@code offset} is 0
     * in rooms without positions.
     */
    record Message(RoomName room, @Nullable String user, Payload payload, long timestamp, long offset)
            implements ServerMessage {
        @Override
        public String type() {
            return "message";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("room", room.name())
                    .memberIfPresent("user", user)
                    .payload(payload)
                    .member("timestamp", Timestamps.iso(timestamp));
            if (offset > 0) {
                json.member("offset", offset);
            }
        }

        @Override
        public int expectedLength() {
            return AROUND + payload.json().length;
        }
    }

    /**
     * {@code data} is the JSON Merge Patch (RFC 7396) that leads from the state at {@code previous}, and from any between,
     * to the one at {@code offset}.
     */
    record Patch(RoomName room, byte[] data, long offset, long previous, long timestamp) implements ServerMessage {
        @Override
        public String type() {
            return "patch";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("room", room.name())
                    .raw("data", data)
                    .member("offset", offset)
                    .member("previous", previous)
                    .member("timestamp", Timestamps.iso(timestamp));
        }

        @Override
        public int expectedLength() {
            return AROUND + data.length;
        }
    }

    record Broadcast(@Nullable String user, @Nullable ConnectionId connection, Payload payload, long timestamp)
            implements ServerMessage {
        @Override
        public String type() {
            return "broadcast";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.memberIfPresent("user", user)
                    .memberIfPresent("connection", connection == null ? null : connection.value())
                    .payload(payload)
                    .member("timestamp", Timestamps.iso(timestamp));
        }
    }

    record PrivateMessage(@Nullable String from, @Nullable ConnectionId connection, Payload payload, long timestamp)
            implements ServerMessage {
        @Override
        public String type() {
            return "private-message";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.memberIfPresent("from", from)
                    .memberIfPresent("connection", connection == null ? null : connection.value())
                    .payload(payload)
                    .member("timestamp", Timestamps.iso(timestamp));
        }
    }

    /** {@code members} is absent in rooms that only count. */
    record Presence(
            @Nullable CommandId id,
            RoomName room,
            int count,
            @Nullable List<PresentUser> members) implements ServerMessage {
        @Override
        public String type() {
            return "presence";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("room", room.name()).member("count", count);
            if (members != null) {
                json.beginArray("members");
                for (PresentUser present : members) {
                    json.beginObject()
                            .member("user", present.user())
                            .member("connections", present.connections())
                            .endObject();
                }
                json.endArray();
            }
        }
    }

    /** The answer to a {@code history} command, oldest first. */
    record History(
            @Nullable CommandId id, RoomName room, @Nullable Position position, List<ServerMessage> messages)
            implements ServerMessage {
        @Override
        public String type() {
            return "history";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("room", room.name()).position(position).messages("messages", messages);
        }

        @Override
        public int expectedLength() {
            return AROUND + lengthOf(messages);
        }
    }

    /** {@code maxRate} is the rate in force now, in patches per second. */
    record Updated(@Nullable CommandId id, RoomName room, int maxRate) implements ServerMessage {
        @Override
        public String type() {
            return "updated";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("room", room.name()).member("maxRate", maxRate);
        }
    }

    /** This connection is too slow for the room and gets merged patches; {@code skipped} so many so far. */
    record Degraded(RoomName room, String reason, long skipped) implements ServerMessage {
        @Override
        public String type() {
            return "degraded";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("room", room.name()).member("reason", reason).member("skipped", skipped);
        }
    }

    /** It has caught up; {@code skipped} patches went into merged ones meanwhile. */
    record Restored(RoomName room, String reason, long skipped) implements ServerMessage {
        @Override
        public String type() {
            return "restored";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("room", room.name()).member("reason", reason).member("skipped", skipped);
        }
    }

    /**
     * Acknowledges a publication ({@code room} there, and {@code position} if the room has any), a broadcast, or a private
     * message ({@code delivered} there).
     */
    record Ack(
            @Nullable CommandId id,
            @Nullable RoomName room,
            @Nullable Position position,
            boolean duplicate,
            @Nullable Integer delivered)
            implements ServerMessage {
        @Override
        public String type() {
            return "ack";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id)
                    .memberIfPresent("room", room == null ? null : room.name())
                    .position(position);
            if (duplicate) {
                json.member("duplicate", true);
            }
            if (delivered != null) {
                json.member("delivered", delivered);
            }
        }
    }

    record Pong(@Nullable CommandId id, long timestamp) implements ServerMessage {
        @Override
        public String type() {
            return "pong";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("timestamp", Timestamps.iso(timestamp));
        }
    }

    /** Sent before a drain closes the connection; {@code after} in milliseconds. */
    record Reconnect(long after) implements ServerMessage {
        @Override
        public String type() {
            return "reconnect";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("after", after);
        }
    }

    record Error(@Nullable CommandId id, Refusal refusal) implements ServerMessage {
        @Override
        public String type() {
            return "error";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.id(id).member("code", refusal.code().wireName()).member("message", refusal.sentence());
            if (refusal.retryAfter() != null) {
                json.member("retryAfter", Math.max(1, refusal.retryAfter().toMillis()));
            }
        }
    }

    /**
     * The last message on a wire without close codes, to a client that is not to come back as it is: the code it would
     * have got there. No {@code error}, because a browser's {@code EventSource} has an event of that name.
     */
    record FanfaraError(CloseReason reason) implements ServerMessage {
        @Override
        public String type() {
            return "fanfara-error";
        }

        @Override
        public void writeMembers(JsonWriter json) {
            json.member("code", reason.code()).member("message", reason.text());
        }
    }

    /** The value of {@code type}. */
    String type();

    /** Of the command that this answers. */
    default @Nullable CommandId id() {
        return null;
    }

    /** Everything but {@code type}. */
    void writeMembers(JsonWriter json);

    /** In bytes, roughly; a large message that names its length is not copied as it grows. */
    default int expectedLength() {
        return AROUND;
    }

    /** The whole message, on its own or within another. */
    default void write(JsonWriter json) {
        json.beginObject().member("type", type());
        writeMembers(json);
        json.endObject();
    }

    /** The whole message as one JSON object in UTF-8. */
    default byte[] toJson() {
        JsonWriter json = new JsonWriter(expectedLength());
        write(json);
        return json.toBytes();
    }

    /** Of all of them together, in bytes, roughly. */
    static int lengthOf(@Nullable List<ServerMessage> messages) {
        return messages == null
                ? 0
                : messages.stream().mapToInt(ServerMessage::expectedLength).sum();
    }
}
