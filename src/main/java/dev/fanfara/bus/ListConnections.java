package dev.fanfara.bus;

import dev.fanfara.protocol.RoomName;
import org.jspecify.annotations.Nullable;

/** To the connections of a loop: which of you there are, of a user and in a room if these are given. Immutable. */
public record ListConnections(
        PageRequest page, @Nullable String user, @Nullable RoomName room) {
    static void write(WireWriter out, ListConnections question) {
        PageRequest.write(out, question.page);
        out.optionalText(question.user).optionalText(question.room == null ? null : question.room.value());
    }

    static ListConnections read(WireReader in) {
        PageRequest page = PageRequest.read(in);
        String user = in.optionalText();
        String room = in.optionalText();
        return new ListConnections(page, user, room == null ? null : RoomName.of(room));
    }
}
