package dev.fanfara.transport.sse;

import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.Command;
import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.MultiMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a stream asks for: the commands of a client that can send none. Immutable.
 *
 * @param word the cursor as it came; null from a client that was not here before
 */
record SseRequest(
        List<RoomName> rooms,
        @Nullable Integer history,
        @Nullable Integer maxRate,
        @Nullable String user,
        @Nullable String word) {
    /**
     * Half of what the headers may take. A client sends its rooms and its cursor with each request; both must fit when it
     * comes back, or it never could.
     */
    private static final int MAX_ADDRESS = 6 * 1024;

    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    /**
     * @param lastEventIds the headers of that name; one of them wins over {@code since}
     * @throws Refusal {@code bad-request}, or {@code too-large} if the rooms with a cursor are more than a request can hold
     */
    static SseRequest read(MultiMap query, List<String> lastEventIds, int maxRooms) {
        Set<RoomName> rooms = new LinkedHashSet<>();
        query.getAll("room").forEach(name -> rooms.add(new RoomName(name)));
        if (rooms.isEmpty() || rooms.size() > maxRooms) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "room: expected 1 to " + maxRooms + " rooms");
        }
        if (lastEventIds.size() > 1) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "Last-Event-ID: expected at most once");
        }
        String since = single(query, "since");
        String word = lastEventIds.isEmpty() || lastEventIds.get(0).isEmpty() ? since : lastEventIds.get(0);
        String user = single(query, "user");
        Command.requireDisplayName(user);
        SseRequest request = new SseRequest(
                List.copyOf(rooms),
                count(query, "history", Command.MAX_HISTORY),
                count(query, "maxRate", Command.MAX_RATE),
                user,
                word == null || word.isEmpty() ? null : word);
        request.requireFit();
        return request;
    }

    private static @Nullable String single(MultiMap query, String name) {
        List<String> values = query.getAll(name);
        if (values.size() > 1) {
            throw new Refusal(ErrorCode.BAD_REQUEST, name + ": expected at most once");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private static @Nullable Integer count(MultiMap query, String name, int max) {
        String digits = single(query, name);
        if (digits == null) {
            return null;
        }
        if (!COUNT.matcher(digits).matches() || Integer.parseInt(digits) > max) {
            throw new Refusal(ErrorCode.BAD_REQUEST, Command.wholeNumber(name, 0, max));
        }
        return Integer.valueOf(digits);
    }

    private void requireFit() {
        int names = rooms.stream().mapToInt(room -> room.value().length() + 1).sum();
        int cursor = Math.max(word == null ? 0 : word.length(), rooms.size() * Cursor.MAX_LENGTH_PER_ROOM);
        if (names + cursor > MAX_ADDRESS) {
            throw new Refusal(
                    ErrorCode.TOO_LARGE,
                    "room: expected rooms whose names and cursor have " + MAX_ADDRESS + " characters at most");
        }
    }

    /** It was told not to come back. */
    boolean isOver() {
        return Cursor.END.equals(word);
    }

    /** The cursor, if it is well-formed. */
    @Nullable
    Cursor cursor() {
        return word == null || isOver() ? null : Cursor.read(word);
    }

    /**
     * A join per room. The rate holds for those that keep a state.
     *
     * @throws Refusal {@code bad-request}
     */
    List<ClientMessage.Join> joins(Function<RoomName, RoomRule> rules) {
        if (maxRate != null
                && rooms.stream().noneMatch(room -> rules.apply(room).keepsState())) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "maxRate: none of these rooms keeps a state to conflate");
        }
        Cursor cursor = cursor();
        return rooms.stream()
                .map(room -> new ClientMessage.Join(
                        null,
                        room,
                        cursor == null ? null : cursor.in(room),
                        history,
                        rules.apply(room).keepsState() ? maxRate : null,
                        user))
                .toList();
    }
}
