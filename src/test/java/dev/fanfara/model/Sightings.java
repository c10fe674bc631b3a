package dev.fanfara.model;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all clients and nodes saw at each place, together: a place has one publication, and after it one state. */
final class Sightings {
    private final Consumer<String> faults;
    private final Map<Place, String> publications = new HashMap<>();
    private final Map<Place, String> states = new HashMap<>();
    /** By place, the publication's own name. */
    private final Map<Place, String> names = new HashMap<>();

    record Place(String room, String epoch, long offset) {}

    Sightings(Consumer<String> faults) {
        this.faults = faults;
    }

    /** Somebody heard it there, or read it in the history. */
    void publication(Place place, JsonObject payload) {
        agree("publications", publications, place, canonical(payload));
        JsonObject data = payload.getJsonObject("data");
        if (data != null && data.containsKey(Publication.NAME)) {
            named(place, data.getString(Publication.NAME));
        }
    }

    /** Somebody's state was this, after the publication at this place. */
    void state(Place place, JsonObject state) {
        agree("states", states, place, canonical(state));
        if (state.containsKey(Publication.NAME)) {
            named(place, state.getString(Publication.NAME));
        } else if (place.offset() > 0) {
            faults.accept("a state that no publication made: " + place + " " + state.encode());
        }
    }

    /** This publication is said to be there. */
    void named(Place place, String name) {
        if (!Publication.roomOf(name).equals(place.room())) {
            faults.accept("leaked: " + name + " is at " + place);
        }
        agree("publications", names, place, name);
    }

    Map<Place, String> names() {
        return names;
    }

    private void agree(String what, Map<Place, String> seen, Place place, String now) {
        String before = seen.putIfAbsent(place, now);
        if (before != null && !before.equals(now)) {
            faults.accept("two " + what + " at one place: " + place + " " + before + " and " + now);
        }
    }

    /** Names in order, so that equal values are equal texts. */
    static String canonical(Object value) {
        if (value instanceof JsonObject object) {
            TreeMap<String, String> members = new TreeMap<>();
            object.fieldNames().forEach(name -> members.put(name, canonical(nullable(object.getValue(name)))));
            return members.toString();
        }
        if (value instanceof JsonArray array) {
            return array.stream()
                    .map(each -> canonical(nullable(each)))
                    .toList()
                    .toString();
        }
        return value instanceof String text ? '"' + text + '"' : value.toString();
    }

    private static Object nullable(@Nullable Object value) {
        return value == null ? Nothing.NULL : value;
    }

    private enum Nothing {
        NULL
    }
}
