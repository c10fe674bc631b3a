package dev.fanfara.log;

import static dev.fanfara.room.Batches.said;

import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Batches;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Outcome;
import dev.fanfara.room.Slice;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Publishes in one room, one batch after the other, and remembers what was acknowledged. Touched only by the event loop it
 * is run on; looked at when it has stopped.
 */
final class Publisher {
    static final Keeping ALL = new Keeping(false, 100_000, 3_600_000, 1 << 26, 0);

    final RoomName room;
    /** What was acknowledged, by epoch and offset. */
    final Map<Long, Map<Long, String>> acknowledged = new HashMap<>();

    final List<String> wrong = new ArrayList<>();
    int refused;
    private final Vertx vertx;
    private final RoomLogs logs;
    private final Batches batches;
    private long number;
    private volatile boolean stopping;
    volatile boolean stopped;
    /** Of what was acknowledged. */
    volatile int count;

    Publisher(Vertx vertx, RoomLogs logs, String source, RoomName room, long freshEpoch) {
        this.vertx = vertx;
        this.logs = logs;
        this.room = room;
        this.batches = new Batches(source, ALL).freshEpoch(freshEpoch);
    }

    void next() {
        if (stopping) {
            stopped = true;
            return;
        }
        String text = Long.toString(++number);
        Batch batch = batches.texts(text + "a", text + "b");
        logs.append(room, batch).onComplete(done -> {
            if (done.succeeded()) {
                batches.confirm(done.result());
                acknowledge(batch, done.result());
                count = acknowledgedCount();
                next();
            } else {
                refused++;
                vertx.setTimer(100, later -> next());
            }
        });
    }

    private void acknowledge(Batch batch, Appended answer) {
        Map<Long, String> epoch = acknowledged.computeIfAbsent(answer.epoch(), begun -> new HashMap<>());
        for (int i = 0; i < batch.proposals().size(); i++) {
            Outcome outcome = answer.outcomes().get(i);
            String text = said(batch.proposals().get(i).payload());
            if (outcome.kind() != Outcome.Kind.TAKEN) {
                wrong.add(text + " is " + outcome.kind());
            } else if (epoch.put(outcome.offset(), text) != null) {
                wrong.add("offset " + outcome.offset() + " twice");
            }
        }
    }

    void stop() {
        stopping = true;
    }

    /** What a reader of the room would miss or hear twice, of what was acknowledged in the room's epoch. */
    List<String> differences(Slice slice) {
        List<String> differences = new ArrayList<>(wrong);
        Map<Long, String> inRoom = new HashMap<>();
        Set<String> texts = new HashSet<>();
        for (Entry entry : slice.entries()) {
            inRoom.put(entry.offset(), said(entry));
            if (!texts.add(said(entry))) {
                differences.add(said(entry) + " twice");
            }
        }
        acknowledged.getOrDefault(slice.epoch(), Map.of()).forEach((offset, text) -> {
            if (!text.equals(inRoom.get(offset))) {
                differences.add(text + " was acknowledged at " + offset + ", there is " + inRoom.get(offset));
            }
        });
        return differences;
    }

    int acknowledgedCount() {
        return acknowledged.values().stream().mapToInt(Map::size).sum();
    }
}
