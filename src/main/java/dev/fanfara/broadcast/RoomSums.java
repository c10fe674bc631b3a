package dev.fanfara.broadcast;

import dev.fanfara.bus.Addresses;
import dev.fanfara.protocol.RoomName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How many rooms a set has, and the sum of their hashes, for each part that one loop of a node is in charge of: what a
 * digest says. Kept up to date with each change, since a walk over 100,000 rooms would hold up an event loop. Touched
 * only by the room service's event loop.
 */
final class RoomSums {
    static final Sum NOTHING = new Sum(0, 0);

    /** Its owner changes it, and says so here. */
    private final Set<RoomName> rooms;
    /** By number of loops, as few as there are kinds of nodes. Each begins with a walk, when it is first asked for. */
    private final Map<Integer, Sum[]> byLoops = new HashMap<>();

    /** The same for equal sets of rooms, in whatever order they came. */
    record Sum(int rooms, long hash) {
        private Sum plus(RoomName room) {
            return new Sum(rooms + 1, hash + hashOf(room));
        }

        private Sum minus(RoomName room) {
            return new Sum(rooms - 1, hash - hashOf(room));
        }

        private static long hashOf(RoomName room) {
            long mixed =
                    room.value().hashCode() * 0x9E3779B97F4A7C15L + room.value().length();
            return (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        }
    }

    RoomSums(Set<RoomName> rooms) {
        this.rooms = rooms;
    }

    /** Not for a room that was there already. */
    void added(RoomName room) {
        byLoops.forEach((loops, parts) -> add(room, loops, parts));
    }

    void removed(RoomName room) {
        byLoops.forEach((loops, parts) -> {
            int part = Addresses.loopOf(room, loops);
            parts[part] = parts[part].minus(room);
        });
    }

    /** The rooms that {@code loop} is in charge of on a node of so many. */
    Sum part(int loops, int loop) {
        Sum[] parts = byLoops.computeIfAbsent(loops, this::walk);
        return loop < parts.length ? parts[loop] : NOTHING;
    }

    private Sum[] walk(int loops) {
        Sum[] parts = new Sum[loops];
        Arrays.fill(parts, NOTHING);
        rooms.forEach(room -> add(room, loops, parts));
        return parts;
    }

    private static void add(RoomName room, int loops, Sum[] parts) {
        int part = Addresses.loopOf(room, loops);
        parts[part] = parts[part].plus(room);
    }
}
