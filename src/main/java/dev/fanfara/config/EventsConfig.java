package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.util.List;

/** What the backend is told when it has happened. Immutable. */
public record EventsConfig(String url, List<String> types) {
    public static final String CONNECTED = "connected";
    public static final String DISCONNECTED = "disconnected";
    public static final String ROOM_OCCUPIED = "room-occupied";
    public static final String ROOM_VACATED = "room-vacated";

    private static final List<String> TYPES = List.of(CONNECTED, DISCONNECTED, ROOM_OCCUPIED, ROOM_VACATED);

    static EventsConfig read(Fields fields) {
        return new EventsConfig(
                fields.required("url", NetworkValues.HOOK_URL, "Where events are posted to"),
                fields.list("types", Value.oneOf(TYPES), TYPES, "The events that are told"));
    }
}
