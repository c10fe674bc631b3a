package dev.fanfara.room;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The last publications of a room, oldest first, without a hole. Not thread-safe. Reads no clock. */
final class History {
    private Deque<Entry> entries = new ArrayDeque<>(1);
    private long bytes;

    void add(Entry entry, Keeping keeping) {
        entries.addLast(entry);
        bytes += entry.bytes();
        while (entries.size() > keeping.historySize() || bytes > keeping.historyBytes()) {
            removeFirst();
        }
    }

    void expire(Keeping keeping, long nowMillis) {
        if (entries.isEmpty()) {
            return;
        }
        while (!entries.isEmpty() && nowMillis - entries.getFirst().timestamp() > keeping.historyTtlMillis()) {
            removeFirst();
        }
        if (entries.isEmpty()) {
            entries = new ArrayDeque<>(1); // it never shrinks, and most rooms are quiet most of the time
        }
    }

    private void removeFirst() {
        bytes -= entries.removeFirst().bytes();
    }

    /** True if nothing between this offset and the newest is missing. */
    boolean reachesBackTo(long offset, long head) {
        return offset == head || (!entries.isEmpty() && entries.getFirst().offset() <= offset + 1);
    }

    List<Entry> after(long offset) {
        List<Entry> later = new ArrayList<>();
        for (Iterator<Entry> newestFirst = entries.descendingIterator(); newestFirst.hasNext(); ) {
            Entry entry = newestFirst.next();
            if (entry.offset() <= offset) {
                break;
            }
            later.add(entry);
        }
        Collections.reverse(later);
        return later;
    }

    Collection<Entry> all() {
        return entries;
    }
}
