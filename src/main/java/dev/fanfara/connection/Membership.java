package dev.fanfara.connection;

import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection in one room. Touched only by the connection's event loop. */
final class Membership {
    final Connection connection;
    /** Another one when the member asks for another rate. */
    Audience audience;
    /** What it asked for, until the room has answered. */
    ClientMessage.@Nullable Join asked;
    /** Tells the answer to the last question from the answer to an earlier one. */
    long ticket;
    /** The user others see. */
    final String user;
    /** Where it stands among the audience's members; negative while it is not served. */
    int index = -1;
    /** How much of the audience's unwritten frames it has had, or must not have, in bytes. */
    int skip;
    /** How many messages these are. */
    int skippedMessages;
    /** As of when it knew the room when its audience had gathered so many messages. */
    @Nullable
    Position entered;

    long enteredAt;
    /** Why it is not served, or not been served lately. */
    @Nullable
    Absence absence;

    Membership(Connection connection, Audience audience, ClientMessage.Join asked, long ticket, String user) {
        this.connection = connection;
        this.audience = audience;
        this.asked = asked;
        this.ticket = ticket;
        this.user = user;
    }

    RoomName room() {
        return audience.channel.room();
    }

    boolean isLive() {
        return index >= 0;
    }

    /** As of when its client knows the room, once all is written that was said there. Null in a room without positions. */
    @Nullable
    Position position() {
        if (isLive()) {
            audience.catchUp(this);
            return audience.position(this);
        }
        return absence == null ? null : absence.at;
    }

    /** It gets nothing of the room until the room has told it what it missed. */
    static final class Absence {
        /** As of when it knows the room. */
        Position at;
        /** Acks that must not overtake what it is to be told. */
        final List<ServerMessage> held = new ArrayList<>();
        /** The room was asked. */
        boolean returning;
        /** It reads too slowly; its client was told. */
        boolean degraded;
        /** Publications it did not get one by one. */
        long skipped;
        /** It was told an offset of its own beyond {@link #at}; from there only the whole state leads on. */
        boolean acknowledged;
        /** When it may be called restored, {@link System#nanoTime}. */
        long restoredNanos;
        /** The {@code update}s to be answered. */
        final List<@Nullable CommandId> updates = new ArrayList<>(1);

        Absence(Position at) {
            this.at = at;
        }

        /** @return whether there was anything to tell */
        boolean release(Connection connection) {
            boolean any = !held.isEmpty();
            held.forEach(connection::send);
            held.clear();
            return any;
        }
    }
}
