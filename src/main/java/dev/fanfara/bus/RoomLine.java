package dev.fanfara.bus;

import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import org.jspecify.annotations.Nullable;

/**
 * A room as one node knows it. Immutable.
 *
 * @param members connections on that node
 * @param perSecond publications heard there, since somebody last asked
 * @param position how far it has come, if it remembers and that is known there
 */
public record RoomLine(
        RoomName room,
        int members,
        double perSecond,
        @Nullable Position position) implements Listed {
    @Override
    public String key() {
        return room.value();
    }

    @Override
    public int weight() {
        return room.value().length() + 100;
    }

    /** The same room as another node knows it. */
    public RoomLine plus(RoomLine other) {
        Position known = position;
        Position theirs = other.position;
        // One may be a message behind; of two epochs either may be the next, and who asks again will know.
        boolean isBehind = known == null || (theirs != null && theirs.offset() > known.offset());
        return new RoomLine(
                room,
                members + other.members,
                // Every node with members hears all of it.
                Math.max(perSecond, other.perSecond),
                isBehind ? theirs : known);
    }

    static void write(WireWriter out, RoomLine line) {
        out.text(line.room.value())
                .integer(line.members)
                .number(Double.doubleToLongBits(line.perSecond))
                .optionalText(line.position == null ? null : line.position.epoch());
        if (line.position != null) {
            out.number(line.position.offset());
        }
    }

    static RoomLine read(WireReader in) {
        RoomName room = RoomName.of(in.text());
        int members = in.integer();
        double perSecond = Double.longBitsToDouble(in.number());
        String epoch = in.optionalText();
        return new RoomLine(room, members, perSecond, epoch == null ? null : new Position(epoch, in.number()));
    }
}
