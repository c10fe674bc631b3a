package dev.fanfara.room;

import dev.fanfara.protocol.Epochs;
import dev.fanfara.protocol.Position;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node with members knows of a room's memory: a member's place in the stream is the replica's, so that late
 * viewers and returning ones are served from here. Publications come in any order, some twice, some never; they are
 * taken out in theirs. Not thread-safe. Reads no clock.
 */
public final class Replica {
    /** Of what comes too early the first are kept; the rest will be read where the room's order is decided. */
    private static final int MAX_EARLY = 10_000;

    private static final long MAX_EARLY_BYTES = 4 << 20;

    private final NavigableMap<Long, Entry> early = new TreeMap<>();
    private long earlyBytes;
    private Timeline timeline;
    private Keeping keeping;
    private boolean diverged;

    public Replica(Slice slice, Keeping keeping) {
        this.keeping = keeping;
        timeline = Timeline.of(slice, keeping);
    }

    public Head head() {
        return timeline.position();
    }

    public Position position() {
        return position(timeline.head());
    }

    public Position position(long offset) {
        return new Position(Epochs.text(timeline.epoch()), offset);
    }

    /** The rule changed how much is kept, not what. */
    public void keep(Keeping now) {
        keeping = now;
    }

    /** False if it belongs to another epoch than this replica. */
    public boolean offer(long epoch, Entry entry) {
        if (epoch != timeline.epoch()) {
            return false;
        }
        if (entry.offset() > timeline.head()) {
            Entry before = early.put(entry.offset(), entry);
            earlyBytes += entry.bytes() - (before == null ? 0 : before.bytes());
            // The last ones go, never the one that all others wait for.
            while (early.size() > MAX_EARLY || (earlyBytes > MAX_EARLY_BYTES && early.size() > 1)) {
                earlyBytes -= early.pollLastEntry().getValue().bytes();
            }
        }
        return true;
    }

    private Entry pollFirst() {
        Entry first = early.pollFirstEntry().getValue();
        earlyBytes -= first.bytes();
        return first;
    }

    /** The next publication in order, which counts as said from now on. Null if it has not come yet. */
    public @Nullable Entry takeNext() {
        while (!early.isEmpty() && early.firstKey() <= timeline.head()) {
            pollFirst();
        }
        if (diverged || early.isEmpty() || early.firstKey() != timeline.head() + 1) {
            return null;
        }
        Entry applied = timeline.apply(pollFirst(), keeping);
        diverged = applied == null;
        return applied;
    }

    /** Something later has come, and what is between has not. Ask when nothing can be taken. */
    public boolean hasGap() {
        return !early.isEmpty();
    }

    /** Its history is not the one the others go on with. */
    public boolean isDiverged() {
        return diverged;
    }

    public void expire(long nowMillis) {
        timeline.expire(keeping, nowMillis);
    }

    /** In a state room, what it is now. Not to be changed. */
    public @Nullable Tree state() {
        return timeline.state();
    }

    /** The newest, oldest first. */
    public List<Entry> newest(int count) {
        return timeline.after(Math.max(0, timeline.head() - count));
    }

    /** Null if what came after that position is not all known: another epoch, too long ago, or not yet. */
    public @Nullable List<Entry> since(Position position) {
        boolean known = position.epoch().equals(Epochs.text(timeline.epoch()))
                && position.offset() <= timeline.head()
                && timeline.reachesBackTo(position.offset());
        return known ? timeline.after(position.offset()) : null;
    }

    /** What is remembered of what came after that position; of all, if it belongs to another epoch. */
    public List<Entry> remembered(Position position) {
        boolean sameEpoch = position.epoch().equals(Epochs.text(timeline.epoch()));
        return timeline.after(sameEpoch ? position.offset() : 0);
    }

    /** True if that position is in this epoch, but has not come here yet. */
    public boolean isFuture(Position position) {
        return position.epoch().equals(Epochs.text(timeline.epoch())) && position.offset() > timeline.head();
    }

    /** True if that position is one of this epoch's past; then the state of today makes good whatever is missing. */
    public boolean isPast(Position position) {
        return position.epoch().equals(Epochs.text(timeline.epoch())) && position.offset() <= timeline.head();
    }
}
