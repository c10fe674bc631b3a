package dev.fanfara.cli;

import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What of the events of some rooms is new, over any number of streams: each publication once, and every gap is told.
 * Plain Java; not thread-safe.
 */
final class Tailed {
    /** A room that keeps nothing: whoever comes back was away. */
    private static final Position NOWHERE = new Position("", 0);

    private final List<RoomName> rooms;
    private final boolean all;
    private final Consumer<String> lines;
    private final Consumer<String> gaps;
    /** Of the rooms that were joined, or are to be from somewhere on. */
    private final Map<RoomName, Position> places = new LinkedHashMap<>();

    /** @param all whether to tell everything, not publications only */
    Tailed(List<RoomName> rooms, boolean all, Consumer<String> lines, Consumer<String> gaps) {
        this.rooms = rooms;
        this.all = all;
        this.lines = lines;
        this.gaps = gaps;
    }

    void since(RoomName room, Position position) {
        places.put(room, position);
    }

    /** What to come back with; null at first. More exact than what the gateway tells now and then. */
    @Nullable
    String cursor() {
        if (places.isEmpty()) {
            return null;
        }
        Cursor.Writer cursor = new Cursor.Writer(rooms.size());
        places.forEach((room, position) -> cursor.at(room, position.equals(NOWHERE) ? null : position));
        return cursor.word();
    }

    void heard(String name, String data) {
        JsonObject event = new JsonObject(data);
        switch (name) {
            case "joined" -> joined(event, data);
            case "message", "patch" -> published(event, data);
            case "broadcast", "private-message" -> lines.accept(data);
            case "degraded" -> {
                gaps.accept(event.getString("room") + ": too slow to get everything, got merged patches instead");
                tellIfAll(data);
            }
            case "left" -> {
                gaps.accept(event.getString("room") + ": not allowed any more");
                tellIfAll(data);
            }
            default -> tellIfAll(data);
        }
    }

    private void tellIfAll(String data) {
        if (all) {
            lines.accept(data);
        }
    }

    private void joined(JsonObject joined, String data) {
        RoomName room = new RoomName(joined.getString("room"));
        Position before = places.get(room);
        Position now = joined.containsKey("epoch")
                ? new Position(joined.getString("epoch"), joined.getLong("offset"))
                : NOWHERE;
        JsonArray messages = joined.getJsonArray("messages", new JsonArray());
        boolean sameEpoch = before != null && before.epoch().equals(now.epoch());
        boolean complete = joined.getBoolean("recovered", false)
                || (sameEpoch && (joined.containsKey("state") || (now.equals(before) && now != NOWHERE)));
        if (before != null && !complete) {
            gaps.accept(room + ": "
                    + (now == NOWHERE
                            ? "what was said meanwhile is lost, since the room keeps nothing"
                            : "not all that was said meanwhile is known any more"));
        }
        for (int i = 0; i < messages.size(); i++) {
            JsonObject message = messages.getJsonObject(i);
            if (!sameEpoch || isAfter(message, before)) {
                lines.accept(message.encode());
            }
        }
        if (joined.containsKey("state") || all) {
            lines.accept(data);
        }
        places.put(room, now);
    }

    private void published(JsonObject message, String data) {
        Long offset = message.getLong("offset");
        RoomName room = new RoomName(message.getString("room"));
        Position before = places.getOrDefault(room, NOWHERE);
        if (offset == null) {
            lines.accept(data);
        } else if (isAfter(message, before)) {
            lines.accept(data);
            places.put(room, new Position(before.epoch(), offset));
        }
    }

    private static boolean isAfter(JsonObject message, @Nullable Position before) {
        return before == null || message.getLong("offset", Long.MAX_VALUE) > before.offset();
    }
}
