package dev.fanfara.recovery;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a session whose client was cut off. Immutable.
 *
 * <p>A client says one place, that of the last publication it had, whichever of its rooms that was of. So the session knows
 * in which order the client was told what it may not have had any more: the tail. From its place there follows how far the
 * client came in each room, exactly; where it does not follow, the session is not recovered.
 *
 * @param user as whom the client was known
 * @param ended when, in milliseconds since 1970
 * @param tail oldest first; what was told before, the client has had, if it can say so at all
 * @param beginning what a client may say that had nothing of the tail
 */
public record SavedSession(
        ConnectionId connection, String user, long ended, List<Joined> rooms, List<Told> tail, Beginning beginning) {
    /** One that takes more is not kept. */
    public static final int MAX_LENGTH = 32 * 1024;
    /** So many take about half of that. */
    public static final int MAX_TAIL = 1_000;

    /** Says that the client never had a place. */
    private static final String NOWHERE = "";

    /**
     * A room the client was in.
     *
     * @param user the name it had there
     * @param before where it was before the tail; null if that is not known
     */
    public record Joined(
            RoomName room, String user, @Nullable Position before) {}

    /** The client was told, in one of its rooms by number, what leads to this place. */
    public record Told(int room, Position at) {}

    /**
     * What a client may say that had nothing of the tail: a certain place, or anything if there is none.
     *
     * @param last null if there is nothing it may say
     */
    public record Beginning(boolean anything, @Nullable String last) {
        public static final Beginning ANYTHING = new Beginning(true, null);
        public static final Beginning NOTHING = new Beginning(false, null);

        public static Beginning only(@Nullable String last) {
            return new Beginning(false, last == null ? NOWHERE : last);
        }

        boolean allows(@Nullable String said) {
            return anything || Objects.equals(last, said == null ? NOWHERE : said);
        }
    }

    /**
     * Something a room said.
     *
     * @param before where its members were before it; null if it is a new beginning
     */
    public record Said(RoomName room, Position at, @Nullable Position before) {}

    public SavedSession {
        rooms = List.copyOf(rooms);
        tail = List.copyOf(tail);
    }

    /**
     * @param now where the client is in its rooms when it has all of the tail
     * @param said the tail, which may hold what other rooms said
     * @return empty if these do not fit together
     */
    public static Optional<SavedSession> of(
            ConnectionId connection, String user, long ended, List<Joined> now, List<Said> said, Beginning beginning) {
        Map<RoomName, Integer> numbers = new HashMap<>();
        now.forEach(joined -> numbers.put(joined.room(), numbers.size()));
        @Nullable Position[] before = now.stream().map(Joined::before).toArray(Position[]::new);
        List<Told> tail = new ArrayList<>();
        for (int i = said.size() - 1; i >= 0; i--) {
            Said each = said.get(i);
            Integer room = numbers.get(each.room());
            if (room == null) {
                continue;
            }
            Position expected = before[room];
            if (expected != null && !expected.equals(each.at())) {
                return Optional.empty();
            }
            before[room] = each.before();
            tail.add(new Told(room, each.at()));
        }
        Collections.reverse(tail);
        List<Joined> rooms = new ArrayList<>();
        for (Joined joined : now) {
            rooms.add(new Joined(joined.room(), joined.user(), before[rooms.size()]));
        }
        return Optional.of(new SavedSession(connection, user, ended, rooms, tail, beginning));
    }

    /**
     * How far a client came in each room, in their order, that had this last.
     *
     * @param said null if it never had anything that has a place
     * @return empty if that cannot be told
     */
    public Optional<List<Position>> after(@Nullable String said) {
        int last = tail.size() - 1;
        while (last >= 0 && !tail.get(last).at().word().equals(said)) {
            last--;
        }
        if (last < 0 && !beginning.allows(said)) {
            return Optional.empty();
        }
        @Nullable Position[] places = rooms.stream().map(Joined::before).toArray(Position[]::new);
        for (Told told : tail.subList(0, last + 1)) {
            places[told.room()] = told.at();
        }
        return Arrays.stream(places).allMatch(Objects::nonNull) ? Optional.of(List.of(places)) : Optional.empty();
    }

    public String encode() {
        JsonArray joined = new JsonArray();
        rooms.forEach(room -> {
            JsonArray entry = new JsonArray().add(room.room().value()).add(room.user());
            if (room.before() != null) {
                entry.add(room.before().epoch()).add(room.before().offset());
            }
            joined.add(entry);
        });
        // An epoch is as long as all else of an entry, and nearly always that of the room's entry before.
        JsonArray told = new JsonArray();
        Map<Integer, String> epochs = new HashMap<>();
        tail.forEach(each -> {
            String epoch = each.at().epoch();
            boolean isSame = epoch.equals(epochs.put(each.room(), epoch));
            told.add(each.room()).add(isSame ? "" : epoch).add(each.at().offset());
        });
        return new JsonObject()
                .put("connection", connection.value())
                .put("user", user)
                .put("ended", ended)
                .put("rooms", joined)
                .put("tail", told)
                .put("anything", beginning.anything())
                .put("last", beginning.last())
                .encode();
    }

    public static SavedSession decode(String encoded) {
        JsonObject session = new JsonObject(encoded);
        List<Joined> rooms = new ArrayList<>();
        for (Object each : session.getJsonArray("rooms")) {
            JsonArray joined = (JsonArray) each;
            Position before = joined.size() < 4 ? null : new Position(joined.getString(2), joined.getLong(3));
            rooms.add(new Joined(RoomName.of(joined.getString(0)), joined.getString(1), before));
        }
        JsonArray told = session.getJsonArray("tail");
        List<Told> tail = new ArrayList<>();
        Map<Integer, String> epochs = new HashMap<>();
        for (int i = 0; i < told.size(); i += 3) {
            int room = told.getInteger(i);
            String named = told.getString(i + 1);
            String epoch = named.isEmpty() ? epochs.getOrDefault(room, "") : named;
            epochs.put(room, epoch);
            tail.add(new Told(room, new Position(epoch, told.getLong(i + 2))));
        }
        return new SavedSession(
                new ConnectionId(session.getString("connection")),
                session.getString("user"),
                session.getLong("ended"),
                rooms,
                tail,
                new Beginning(session.getBoolean("anything"), session.getString("last")));
    }

    @Override
    public String toString() {
        return "SavedSession[" + rooms.size() + " rooms, " + tail.size() + " told]";
    }
}
