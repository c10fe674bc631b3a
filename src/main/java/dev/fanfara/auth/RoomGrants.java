package dev.fanfara.auth;

import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The {@code rooms} claim: which rooms may be used for what. What it does not name is denied. Immutable. */
public record RoomGrants(Map<RoomAction, List<RoomPattern>> patterns) {
    public RoomGrants {
        Map<RoomAction, List<RoomPattern>> copy = new EnumMap<>(RoomAction.class);
        patterns.forEach((action, rooms) -> copy.put(action, List.copyOf(rooms)));
        patterns = Map.copyOf(copy);
    }

    /** The same rooms for every action, as API keys have them. */
    public static RoomGrants everywhereIn(List<RoomPattern> rooms) {
        Map<RoomAction, List<RoomPattern>> patterns = new EnumMap<>(RoomAction.class);
        for (RoomAction action : RoomAction.values()) {
            patterns.put(action, rooms);
        }
        return new RoomGrants(patterns);
    }

    public boolean allow(RoomAction action, RoomName room) {
        for (RoomPattern pattern : patterns.getOrDefault(action, List.of())) {
            if (pattern.matches(room)) {
                return true;
            }
        }
        return false;
    }
}
