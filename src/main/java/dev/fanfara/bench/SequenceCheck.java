package dev.fanfara.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds what one connection missed, heard twice, or heard too late. Touched only by the connection's loop. */
final class SequenceCheck {
    enum Verdict {
        IN_ORDER,
        /** In order, but something before it is missing. */
        AFTER_GAP,
        /** Was missing until now. */
        LATE,
        DUPLICATE
    }

    /** By slot: the sequence number that should come next. */
    private final long[] next;
    /** By slot: first to last number of each range that is missing. Absent while all is well. */
    private @Nullable Map<Integer, TreeMap<Long, Long>> missing;

    private long skipped;

    SequenceCheck(int slots) {
        next = new long[slots];
    }

    Verdict accept(int slot, long sequence) {
        long expected = next[slot];
        if (sequence == expected) {
            next[slot] = expected + 1;
            return Verdict.IN_ORDER;
        }
        if (sequence > expected) {
            gaps(slot).put(expected, sequence - 1);
            next[slot] = sequence + 1;
            skipped = sequence - expected;
            return Verdict.AFTER_GAP;
        }
        return fill(gaps(slot), sequence) ? Verdict.LATE : Verdict.DUPLICATE;
    }

    /** How many are missing before the one that was last accepted {@link Verdict#AFTER_GAP}. */
    long skipped() {
        return skipped;
    }

    private TreeMap<Long, Long> gaps(int slot) {
        if (missing == null) {
            missing = new HashMap<>();
        }
        return missing.computeIfAbsent(slot, none -> new TreeMap<>());
    }

    private static boolean fill(TreeMap<Long, Long> gaps, long sequence) {
        Map.Entry<Long, Long> gap = gaps.floorEntry(sequence);
        if (gap == null || gap.getValue() < sequence) {
            return false;
        }
        long first = gap.getKey();
        long last = gap.getValue();
        gaps.remove(first);
        if (first < sequence) {
            gaps.put(first, sequence - 1);
        }
        if (sequence < last) {
            gaps.put(sequence + 1, last);
        }
        return true;
    }

    /** How many of the {@code published} messages of this slot's stream never came. */
    long lost(int slot, long published) {
        long lost = Math.max(0, published - next[slot]);
        if (missing != null) {
            for (Map.Entry<Long, Long> gap :
                    missing.getOrDefault(slot, new TreeMap<>()).entrySet()) {
                lost += gap.getValue() - gap.getKey() + 1;
            }
        }
        return lost;
    }
}
