package dev.fanfara.model;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that happened in one story: of each client in order, and at the end what each node remembers. Any thread. */
final class Journal {
    private final long begin = System.nanoTime();
    private final List<Event> events = new ArrayList<>();
    private final List<Memory> memories = new ArrayList<>();

    /**
     * What one node tells of a room when all is quiet. Immutable.
     *
     * @param history the answer to {@code history}: epoch, offset and messages
     * @param state null in a log room
     */
    record Memory(
            String node,
            String room,
            JsonObject history,
            @Nullable JsonObject state) {}

    synchronized void said(String client, JsonObject command) {
        events.add(new Event(now(), client, Event.Kind.SAID, command));
    }

    synchronized void heard(String client, JsonObject message) {
        events.add(new Event(now(), client, Event.Kind.HEARD, message));
    }

    synchronized void ended(String client, int code) {
        events.add(new Event(now(), client, Event.Kind.ENDED, new JsonObject().put("code", code)));
    }

    synchronized void remembers(Memory memory) {
        memories.add(memory);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized List<Memory> memories() {
        return List.copyOf(memories);
    }

    private long now() {
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
