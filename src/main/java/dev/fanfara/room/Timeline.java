package dev.fanfara.room;

import dev.fanfara.protocol.Payload;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a room remembers: how far it has come, its last publications and, in a state room, the object they made. Whoever
 * applies the same publications in the same order has the same. Not thread-safe. Reads no clock.
 */
public final class Timeline {
    private final long epoch;
    private long head;
    private long chain;
    private final History history = new History();
    private final @Nullable Tree state;

    private Timeline(long epoch, long head, long chain, @Nullable Tree state) {
        this.epoch = epoch;
        this.head = head;
        this.chain = chain;
        this.state = state;
    }

    /** The beginning of an epoch, with nothing in it. */
    static Timeline begin(long epoch, Keeping keeping) {
        return new Timeline(epoch, 0, epoch, keeping.state() ? new Tree() : null);
    }

    public long epoch() {
        return epoch;
    }

    /** The offset of the last publication; 0 before the first. */
    public long head() {
        return head;
    }

    public long chain() {
        return chain;
    }

    public Head position() {
        return new Head(epoch, head, chain);
    }

    /** Null where the room keeps none. Not to be changed. */
    public @Nullable Tree state() {
        return state;
    }

    /** The next publication of the room happens. {@code patch} is the payload, in a state room. */
    Entry append(long timestamp, @Nullable String user, Payload payload, @Nullable Tree patch, Keeping keeping) {
        long next = chainAfter(timestamp, user, payload);
        return take(new Entry(head + 1, timestamp, user, payload, next, null), patch, keeping);
    }

    /**
     * Takes the publication that follows the last one.
     *
     * @return it, with what it took away; null if it does not continue this timeline
     */
    public @Nullable Entry apply(Entry entry, Keeping keeping) {
        if (entry.offset() != head + 1
                || entry.chain() != chainAfter(entry.timestamp(), entry.user(), entry.payload())) {
            return null;
        }
        return take(entry, state == null ? null : Tree.read(entry.payload().json()), keeping);
    }

    private Entry take(Entry entry, @Nullable Tree patch, Keeping keeping) {
        Entry applied = state == null || patch == null ? entry : entry.without(state.merge(patch));
        head = entry.offset();
        chain = entry.chain();
        history.add(applied, keeping);
        return applied;
    }

    private long chainAfter(long timestamp, @Nullable String user, Payload payload) {
        long said = 31L * Arrays.hashCode(payload.json()) + (user == null ? 0 : user.hashCode());
        return mix(chain ^ mix(timestamp ^ (said << 1) ^ payload.kind().ordinal()));
    }

    /** The finalizer of SplitMix64: every bit of the input changes every bit of the output. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** True if {@code earlier} is this position, or one of this epoch's past that is still remembered. */
    boolean continues(Head earlier) {
        if (earlier.epoch() != epoch || earlier.offset() > head) {
            return false;
        }
        if (earlier.offset() == 0 || earlier.offset() == head) {
            return earlier.offset() == 0 || earlier.chain() == chain;
        }
        List<Entry> later = history.after(earlier.offset() - 1);
        Entry then = later.isEmpty() ? null : later.get(0);
        return then != null && then.offset() == earlier.offset() && then.chain() == earlier.chain();
    }

    public void expire(Keeping keeping, long nowMillis) {
        history.expire(keeping, nowMillis);
    }

    /** True if {@link #after} would leave nothing out. */
    public boolean reachesBackTo(long offset) {
        return history.reachesBackTo(offset, head);
    }

    /** The publications that are still remembered, oldest first. */
    public List<Entry> after(long offset) {
        return history.after(offset);
    }

    /**
     * A new epoch that begins with the state of this one. What it begins with is part of its chain, or a copy that
     * missed the beginning could take the publications after it for the whole.
     */
    Timeline renewed(long newEpoch) {
        long start = state == null || state.isEmpty() ? newEpoch : mix(newEpoch ^ Arrays.hashCode(state.toJson()));
        return new Timeline(newEpoch, 0, start, state);
    }

    /** All of it, for another node. */
    public Slice slice() {
        return new Slice(epoch, head, chain, List.copyOf(history.all()), state == null ? null : state.toJson());
    }

    public static Timeline of(Slice slice, Keeping keeping) {
        byte[] json = slice.state();
        Timeline timeline =
                new Timeline(slice.epoch(), slice.head(), slice.chain(), json == null ? null : Tree.read(json));
        slice.entries().forEach(entry -> timeline.history.add(entry, keeping));
        return timeline;
    }
}
