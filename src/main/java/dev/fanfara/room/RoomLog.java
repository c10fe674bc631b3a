package dev.fanfara.room;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a room where its order is decided: hands out positions, knows repetitions, keeps history and state. Its
 * copy on another node follows by {@link #replicate}. Not thread-safe. Reads no clock.
 *
 * <p>Two kinds of repetition are known. A publication that comes again under its key within two minutes is one
 * publication; and a batch that comes again, because its answer was lost on the way, gets the same answer.
 *
 * <p>An epoch ends when it cannot be proved that this copy continues what members were told: a copy that missed
 * something its original did begins a new one when it becomes the original. The state survives that, history does not.
 */
public final class RoomLog {
    private static final int FORMAT = 1;
    /** What a source that went away leaves behind. */
    private static final long SOURCE_LIFE_MILLIS = PublishKeys.LIFE.toMillis();

    private Timeline timeline;
    private Keeping keeping;
    private final PublishKeys keys = new PublishKeys();
    /** By source, the last batch it sent. */
    private Map<String, Answered> answered = Map.of();
    /** Copies have everything up to here, as far as is known. */
    private long confirmed;
    /** This copy missed something. */
    private boolean broken;

    private record Answered(long number, Appended answer) {}

    private RoomLog(Timeline timeline, Keeping keeping) {
        this.timeline = timeline;
        this.keeping = keeping;
    }

    public static RoomLog begin(long epoch, Keeping keeping) {
        return new RoomLog(Timeline.begin(epoch, keeping), keeping);
    }

    public Keeping keeping() {
        return keeping;
    }

    /** Nothing was ever published in it, in this epoch or before: there is nothing to forget but the epoch. */
    public boolean isUntouched() {
        Tree state = timeline.state();
        return timeline.head() == 0 && (state == null || state.isEmpty());
    }

    public Head head() {
        return timeline.position();
    }

    /** True if this room was as far as that before, so that whoever was told of it was told nothing else. */
    public boolean continues(Head earlier) {
        return timeline.continues(earlier);
    }

    /** Whole, as of now. */
    public Slice slice(long nowMillis) {
        timeline.expire(keeping, nowMillis);
        return timeline.slice();
    }

    /** Before anything else is asked of a copy that may have become the original. True if an epoch began. */
    public boolean mend(long freshEpoch) {
        if (!broken) {
            return false;
        }
        renew(freshEpoch);
        return true;
    }

    /** Begins an epoch, with the state as it is: continuity was lost. */
    public void renew(long freshEpoch) {
        begin(timeline.renewed(freshEpoch));
    }

    private void begin(Timeline fresh) {
        timeline = fresh;
        confirmed = 0;
        keys.clear();
        answered = Map.of();
        broken = false;
    }

    /**
     * Takes what the batch proposes, one after the other.
     *
     * @return what the copy needs to follow is in the answer, if {@link Step#copyFollows}; otherwise it needs all of
     *     this
     */
    public Step append(Batch batch, long nowMillis) {
        Answered last = answered.get(batch.source());
        if (last != null && batch.number() == last.number()) {
            // The first answer may have been lost with what the copy was to learn.
            return new Step(last.answer(), false);
        }
        List<Outcome> outcomes = new ArrayList<>(batch.proposals().size());
        if (last != null && batch.number() < last.number()) {
            batch.proposals().forEach(late -> outcomes.add(Outcome.refused(Outcome.Kind.OUTDATED)));
            return new Step(new Appended(head(), nowMillis, outcomes), true);
        }
        boolean copyFollows = adopt(batch.keeping(), batch.freshEpoch());
        if (batch.confirmed().epoch() == timeline.epoch()) {
            confirmed = Math.max(confirmed, batch.confirmed().offset());
        }
        expire(nowMillis);
        long before = timeline.head();
        for (Proposal proposal : batch.proposals()) {
            Outcome outcome = append(proposal, nowMillis);
            outcomes.add(outcome);
            // Whoever asks for a publication again may do so because its copy never answered.
            copyFollows &= outcome.kind() != Outcome.Kind.DUPLICATE
                    || outcome.offset() <= confirmed
                    || outcome.offset() > before;
        }
        Appended answer = new Appended(head(), nowMillis, outcomes);
        remember(batch, answer);
        return new Step(answer, copyFollows);
    }

    /** What came of a batch, and whether a copy can follow by {@link #replicate}. Immutable. */
    public record Step(Appended answer, boolean copyFollows) {}

    private Outcome append(Proposal proposal, long nowMillis) {
        String key = proposal.key();
        if (key != null) {
            try {
                PublishKeys.Taken before = keys.find(key, proposal.payload(), nowMillis);
                if (before != null) {
                    return new Outcome(Outcome.Kind.DUPLICATE, before.offset(), 0);
                }
            } catch (Refusal refusal) {
                return refusal.code() == ErrorCode.CONFLICT
                        ? Outcome.refused(Outcome.Kind.CONFLICT)
                        : new Outcome(Outcome.Kind.RATE_LIMITED, millis(refusal), 0);
            }
        }
        Tree patch = null;
        Tree state = timeline.state();
        if (state != null) {
            try {
                patch = Tree.read(proposal.payload().json());
            } catch (Refusal noPatch) {
                return Outcome.refused(Outcome.Kind.NO_PATCH);
            }
            int after = state.bytesAfter(patch);
            // Where the limit was lowered, a state may be above it, and must be able to shrink.
            if (after > keeping.stateBytes() && after > state.bytes()) {
                return Outcome.refused(Outcome.Kind.TOO_LARGE);
            }
        }
        Entry entry = timeline.append(nowMillis, proposal.user(), proposal.payload(), patch, keeping);
        if (key != null) {
            keys.take(key, proposal.payload(), entry.offset(), nowMillis);
        }
        return new Outcome(Outcome.Kind.TAKEN, entry.offset(), entry.chain());
    }

    private static long millis(Refusal refusal) {
        return refusal.retryAfter() == null ? 0 : refusal.retryAfter().toMillis();
    }

    /** A rule was changed. False if an epoch ended because the room begins or ceases to keep a state. */
    private boolean adopt(Keeping now, long freshEpoch) {
        boolean sameKind = keeping.state() == now.state();
        keeping = now;
        if (!sameKind) {
            begin(Timeline.begin(freshEpoch, now));
        }
        return sameKind;
    }

    private void remember(Batch batch, Appended answer) {
        if (answered.isEmpty()) {
            answered = new HashMap<>(2);
        }
        answered.values().removeIf(old -> answer.timestamp() - old.answer().timestamp() > SOURCE_LIFE_MILLIS);
        answered.put(batch.source(), new Answered(batch.number(), answer));
    }

    /**
     * Repeats on the copy what {@link #append} did on the original.
     *
     * @param copy null if there was none yet
     * @return the copy
     */
    public static RoomLog replicate(@Nullable RoomLog copy, Batch batch, Appended answer) {
        RoomLog log = copy;
        if (log == null || log.timeline.epoch() != answer.epoch()) {
            // The original began it just now, or this copy misses its beginning, which its first offset tells.
            log = begin(answer.epoch(), batch.keeping());
        }
        log.replicate(batch, answer);
        return log;
    }

    private void replicate(Batch batch, Appended answer) {
        Answered last = answered.get(batch.source());
        if (last != null && batch.number() < last.number()) {
            return; // outdated there as well: nothing happened
        }
        keeping = batch.keeping();
        expire(answer.timestamp());
        for (int i = 0; i < batch.proposals().size(); i++) {
            Outcome outcome = answer.outcomes().get(i);
            Proposal proposal = batch.proposals().get(i);
            if (outcome.kind() != Outcome.Kind.TAKEN || outcome.offset() <= timeline.head()) {
                continue;
            }
            Entry entry = new Entry(
                    outcome.offset(), answer.timestamp(), proposal.user(), proposal.payload(), outcome.chain(), null);
            if (timeline.apply(entry, keeping) == null) {
                break;
            }
            if (proposal.key() != null) {
                keys.take(proposal.key(), proposal.payload(), outcome.offset(), answer.timestamp());
            }
        }
        remember(batch, answer);
        broken |= !hasReached(answer.head());
    }

    /**
     * A copy hears how far its original has come.
     *
     * @return false if it is not as far; then it knows that it missed something
     */
    public boolean keepsUpWith(Head original) {
        boolean keepsUp = timeline.epoch() == original.epoch() && hasReached(original);
        broken |= !keepsUp;
        return keepsUp;
    }

    /** Of a batch in which nothing was taken, too, the copy must know all that was before. */
    private boolean hasReached(Head original) {
        return timeline.head() > original.offset()
                || (timeline.head() == original.offset() && timeline.chain() == original.chain());
    }

    /** Forgets what is past its time; where nothing is asked any more nothing else does. */
    public void expire(long nowMillis) {
        timeline.expire(keeping, nowMillis);
        keys.expire(nowMillis);
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(FORMAT);
        keeping.write(out);
        out.writeBoolean(broken);
        timeline.slice().write(out);
        keys.write(out);
        Bytes.writeList(out, answered.entrySet(), (to, entry) -> {
            Bytes.writeText(to, entry.getKey());
            to.writeLong(entry.getValue().number());
            entry.getValue().answer().write(to);
        });
    }

    public static RoomLog read(DataInput in) throws IOException {
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IOException("a room's memory in format " + format + "; this version knows " + FORMAT);
        }
        Keeping keeping = Keeping.read(in);
        boolean broken = in.readBoolean();
        RoomLog log = new RoomLog(Timeline.of(Slice.read(in), keeping), keeping);
        log.broken = broken;
        log.keys.readFrom(in);
        int sources = in.readInt();
        Map<String, Answered> answered = sources == 0 ? Map.of() : new HashMap<>(Math.min(2 * sources, 64));
        for (int i = 0; i < sources; i++) {
            String source = Bytes.readText(in);
            answered.put(source == null ? "" : source, new Answered(in.readLong(), Appended.read(in)));
        }
        log.answered = answered;
        return log;
    }
}
