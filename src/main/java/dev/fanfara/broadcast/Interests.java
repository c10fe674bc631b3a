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
    private final Map<String, Set<RoomName>> roomsByNode = new HashMap<>();

    List<String> nodesOf(RoomName room) {
        return nodesByRoom.getOrDefault(room, List.of());
    }

    void add(String node, RoomName room) {
        if (roomsByNode.computeIfAbsent(node, n -> new HashSet<>()).add(room)) {
            nodesByRoom.merge(room, List.of(node), Interests::concat);
        }
    }

    void remove(String node, RoomName room) {
        Set<RoomName> rooms = roomsByNode.get(node);
        if (rooms != null && rooms.remove(room)) {
            nodesByRoom.computeIfPresent(room, (name, nodes) -> without(nodes, node));
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
        roomsOf(node, room -> true).forEach(room -> remove(node, room));
        roomsByNode.remove(node);
    }

    List<RoomName> roomsOf(String node, Predicate<RoomName> part) {
        return roomsByNode.getOrDefault(node, Set.of()).stream().filter(part).toList();
    }

    /** The same for equal sets in any order. */
    static long hash(Collection<RoomName> rooms) {
        long sum = 0;
        for (RoomName room : rooms) {
            long mixed =
                    room.value().hashCode() * 0x9E3779B97F4A7C15L + room.value().length();
            sum += (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        }
        return sum;
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
