package dev.fanfara.connection;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * When something is due for which connection, in ticks of {@link #TICK_MS}; one timer per event loop reads it, so that
 * a connection needs none of its own. Touched only by its event loop.
 */
final class Deadlines {
    static final long TICK_MS = 250;

    private final TreeMap<Long, Set<Connection>> byTick = new TreeMap<>();

    /** The tick at which something that is due in so many milliseconds is found. */
    static long tickAfter(long nowMillis, long millis) {
        return (nowMillis + millis + TICK_MS - 1) / TICK_MS;
    }

    void add(long tick, Connection connection) {
        byTick.computeIfAbsent(tick, t -> new HashSet<>()).add(connection);
    }

    void remove(long tick, Connection connection) {
        Set<Connection> due = byTick.get(tick);
        if (due != null && due.remove(connection) && due.isEmpty()) {
            byTick.remove(tick);
        }
    }

    /** Takes out all that are due by now. */
    List<Connection> takeDue(long nowMillis) {
        List<Connection> due = new ArrayList<>();
        Map<Long, Set<Connection>> passed = byTick.headMap(nowMillis / TICK_MS, true);
        passed.values().forEach(due::addAll);
        passed.clear();
        return due;
    }
}
