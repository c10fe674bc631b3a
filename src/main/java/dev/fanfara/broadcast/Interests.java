package dev.fanfara.broadcast;

import dev.fanfara.protocol.RoomName;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which other nodes have members of which room: those get a copy of what is published there, and no other node does.
 * Touched only by the room service's event loop.
 */
final class Interests {
    private final Map<RoomName, List<String>> nodesByRoom = new HashMap<>();
    private final Map<String, Wanted> byNode = new HashMap<>();
    private final Changes changes;

    /** Hears when the first other node wants copies of a room, and when the last one no longer does, or is gone itself. */
    interface Changes {
        void wanted(RoomName room);

        void unwanted(RoomName room);

        void lost(RoomName room);
    }

    private static final class Wanted {
        final Set<RoomName> rooms = new HashSet<>();
        final RoomSums sums = new RoomSums(rooms);
    }

    Interests(Changes changes) {
        this.changes = changes;
    }

    List<String> nodesOf(RoomName room) {
        return nodesByRoom.getOrDefault(room, List.of());
    }

    void add(String node, RoomName room) {
        Wanted wanted = byNode.computeIfAbsent(node, n -> new Wanted());
        if (wanted.rooms.add(room)) {
            wanted.sums.added(room);
            if (nodesByRoom.merge(room, List.of(node), Interests::concat).size() == 1) {
                changes.wanted(room);
            }
        }
    }

    void remove(String node, RoomName room) {
        Wanted wanted = byNode.get(node);
        if (wanted != null && wanted.rooms.remove(room)) {
            wanted.sums.removed(room);
            removeFromRoom(node, room);
        }
    }

    private boolean isWantedByNobodyWithout(String node, RoomName room) {
        return nodesByRoom.computeIfPresent(room, (name, nodes) -> without(nodes, node)) == null;
    }

    private void removeFromRoom(String node, RoomName room) {
        if (isWantedByNobodyWithout(node, room)) {
            changes.unwanted(room);
        }
    }

    /**
     * All that the node is interested in, among the rooms of that part.
     *
     * @return the rooms it was interested in before
     */
    List<RoomName> replaceSome(String node, Collection<RoomName> rooms, Predicate<RoomName> part) {
        Set<RoomName> wanted = new HashSet<>(rooms);
        List<RoomName> dropped = roomsOf(node, part).stream()
                .filter(room -> !wanted.contains(room))
                .toList();
        dropped.forEach(room -> remove(node, room));
        wanted.forEach(room -> add(node, room));
        return dropped;
    }

    void drop(String node) {
        Wanted wanted = byNode.remove(node);
        if (wanted != null) {
            for (RoomName room : wanted.rooms) {
                if (isWantedByNobodyWithout(node, room)) {
                    changes.lost(room);
                }
            }
        }
    }

    /** Of the rooms the node is interested in, those that its own {@code loop} of so many is in charge of. */
    RoomSums.Sum sum(String node, int loops, int loop) {
        Wanted wanted = byNode.get(node);
        return wanted == null ? RoomSums.NOTHING : wanted.sums.part(loops, loop);
    }

    private List<RoomName> roomsOf(String node, Predicate<RoomName> part) {
        Wanted wanted = byNode.get(node);
        return wanted == null ? List.of() : wanted.rooms.stream().filter(part).toList();
    }

    /** Lists are small and read for every publication, so they are copied on change. */
    private static List<String> concat(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** Null removes the room from the map. */
    @SuppressWarnings("NullAway") // the contract of Map.computeIfPresent
    private static List<String> without(List<String> nodes, String node) {
        List<String> rest = nodes.stream().filter(each -> !each.equals(node)).toList();
        return rest.isEmpty() ? null : rest;
    }
}
