package dev.fanfara.connection;

import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.recovery.SavedSession;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * In which order the rooms of one event loop told their members what: the last few thousand publications of all rooms with
 * members whose sessions can be recovered, each once, however many hear it. Touched only by that event loop.
 */
final class Chronicle {
    static final int KEPT = 4_096;

    private final @Nullable Entry[] ring = new Entry[KEPT];
    private long size;
    private long turn;

    /** {@code turn}: of the loop, in which it was written. */
    private record Entry(long turn, SavedSession.Said said) {}

    /** {@code complete}: nothing is missing that was asked for. */
    record Excerpt(List<SavedSession.Said> said, boolean complete) {}

    void add(RoomName room, Position at, @Nullable Position before) {
        ring[(int) (size++ % KEPT)] = new Entry(turn, new SavedSession.Said(room, at, before));
    }

    void endTurn() {
        turn++;
    }

    /** How much was ever told. */
    long size() {
        return size;
    }

    /** The loop is in this turn; what is told in it is told at its end, or before. */
    long turn() {
        return turn;
    }

    /** What these rooms told from a number on, and in later turns than that one, oldest first; not more than so many. */
    Excerpt since(long from, long afterTurn, Set<RoomName> rooms, int most) {
        List<SavedSession.Said> said = new ArrayList<>();
        long next = size;
        while (next > from && next > size - KEPT && said.size() < most) {
            Entry entry = ring[(int) ((next - 1) % KEPT)];
            if (entry == null || entry.turn() <= afterTurn) {
                break;
            }
            if (rooms.contains(entry.said().room())) {
                said.add(entry.said());
            }
            next--;
        }
        Collections.reverse(said);
        return new Excerpt(said, next <= from);
    }
}
