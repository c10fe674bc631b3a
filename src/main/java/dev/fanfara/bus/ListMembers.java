package dev.fanfara.bus;

import dev.fanfara.protocol.RoomName;

/** To the loop in charge of a room: which users it has there. Immutable. */
public record ListMembers(RoomName room, PageRequest page) {
    static void write(WireWriter out, ListMembers question) {
        out.text(question.room.value());
        PageRequest.write(out, question.page);
    }

    static ListMembers read(WireReader in) {
        return new ListMembers(RoomName.of(in.text()), PageRequest.read(in));
    }
}
