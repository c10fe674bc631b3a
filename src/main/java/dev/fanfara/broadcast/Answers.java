package dev.fanfara.broadcast;

import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Changes;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Replica;
import dev.fanfara.room.Tree;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a room's memory becomes for those who ask: messages, patches, a state. Sends nothing. */
final class Answers {
    private static final int NEWEST_BY_DEFAULT = 100;
    /** What surrounds a payload in a message, in bytes. */
    static final int ENVELOPE = 160;

    private Answers() {}

    static ServerMessage message(RoomName room, boolean isState, Entry entry) {
        return isState
                ? new ServerMessage.Patch(
                        room, entry.payload().json(), entry.offset(), entry.offset() - 1, entry.timestamp())
                : new ServerMessage.Message(room, entry.user(), entry.payload(), entry.timestamp(), entry.offset());
    }

    static List<ServerMessage> messages(RoomName room, boolean isState, List<Entry> entries) {
        List<ServerMessage> messages = new ArrayList<>(entries.size());
        entries.forEach(entry -> messages.add(message(room, isState, entry)));
        return messages;
    }

    /**
     * What a member missed since a position: every message; or, in a state room, all patches as one if that is shorter.
     *
     * @param most bytes
     * @return null if it is not all known, or too much, or the state itself is shorter
     */
    static @Nullable List<ServerMessage> missed(RoomName room, Replica replica, Position since, long most) {
        List<Entry> entries = replica.since(since);
        if (entries == null) {
            return null;
        }
        long bytes = bytes(entries);
        Tree state = replica.state();
        if (state == null) {
            return bytes > most ? null : messages(room, false, entries);
        }
        long stateBytes = state.bytes() + ENVELOPE;
        if (entries.size() > 1) {
            Changes changes = new Changes();
            entries.forEach(entry -> add(entry, changes));
            Tree merged = changes.against(state);
            if (merged.bytes() + ENVELOPE < bytes) {
                long timestamp = entries.get(entries.size() - 1).timestamp();
                return merged.bytes() > stateBytes
                        ? null
                        : List.of(new ServerMessage.Patch(
                                room, merged.toJson(), replica.head().offset(), since.offset(), timestamp));
            }
        }
        return bytes > stateBytes ? null : messages(room, true, entries);
    }

    static void add(Entry patch, Changes to) {
        add(Tree.read(patch.payload().json()), patch, to);
    }

    /** {@code named}: what its payload says. */
    static void add(Tree named, Entry patch, Changes to) {
        to.add(named);
        if (patch.gone() != null) {
            to.add(patch.gone());
        }
    }

    private static long bytes(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += bytes(entry);
        }
        return bytes;
    }

    private static long bytes(Entry entry) {
        return ENVELOPE + entry.payload().json().length;
    }

    /** Where the room is now; {@code continues}: and it comes from where the member knows it. */
    static ServerMessage whole(HostedRoom hosted, Replica replica, boolean continues, long most) {
        Tree state = replica.state();
        boolean inMessages = state == null && !continues;
        return new ServerMessage.Joined(
                null,
                hosted.name,
                hosted.countToTell(),
                replica.position(),
                continues ? null : Boolean.FALSE,
                inMessages ? newest(hosted.name, replica, false, Integer.MAX_VALUE, most) : null,
                state == null ? null : state.toJson());
    }

    /** The newest, oldest first: so many, or fewer where these are too many bytes. */
    static List<ServerMessage> newest(RoomName room, Replica replica, boolean isState, int count, long most) {
        List<Entry> newest = replica.newest(count);
        int from = newest.size();
        long bytes = 0;
        while (from > 0 && bytes + bytes(newest.get(from - 1)) <= most) {
            bytes += bytes(newest.get(--from));
        }
        return messages(room, isState, newest.subList(from, newest.size()));
    }

    /** A page of the history, oldest first: after a position, or the newest. */
    static List<ServerMessage> history(HistoryRequest request, Replica replica, boolean isState, long most) {
        int limit = request.limit() == null ? NEWEST_BY_DEFAULT : request.limit();
        if (request.since() == null) {
            return newest(request.room(), replica, isState, limit, most);
        }
        List<Entry> page = new ArrayList<>();
        long bytes = 0;
        // Where it does not reach back that far, what is left of it begins later: the offsets tell.
        for (Entry entry : replica.remembered(request.since())) {
            bytes += bytes(entry);
            if (page.size() == limit || (bytes > most && !page.isEmpty())) {
                break;
            }
            page.add(entry);
        }
        return messages(request.room(), isState, page);
    }
}
