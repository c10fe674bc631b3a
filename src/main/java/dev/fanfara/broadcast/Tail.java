package dev.fanfara.broadcast;

import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.config.HistoryConfig;
import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Replica;
import dev.fanfara.room.Slice;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The end of a remembering room's stream, as its members on this node see it. Touched only by the room service's event
 * loop.
 */
final class Tail {
    final HostedRoom hosted;
    Keeping keeping;
    /** Null until it was read where the room's order is decided. */
    @Nullable
    Replica replica;
    /** What came before that, or for an epoch that is about to be read; the rest is found to be missing afterwards. */
    final List<Arrived> unplaced = new ArrayList<>();

    int unplacedBytes;
    /** Publications of members here that were taken but not said yet, as they were taken: so acks keep their order. */
    final Map<At, Origin> origins = new LinkedHashMap<>();
    /** Acks that wait until their offset has been said. */
    final List<DueAck> acks = new ArrayList<>();

    /** The members that do not get every frame, by their {@code maxRate}. */
    final Map<Integer, RateGroup> groups = new HashMap<>();

    final Map<ConnectionId, RateGroup> rated = new HashMap<>();
    /** What members asked for, where they did. */
    final Map<ConnectionId, Integer> askedRates = new HashMap<>();

    boolean gapTimerRuns;
    /** The offset behind which something is missing that only another node may still bring; and since when. */
    long waitsAt = -1;

    long waitsSinceNanos;
    boolean isReading;
    /** They want to know when the room's memory was read the next time. */
    final List<Promise<Void>> readers = new ArrayList<>();
    /** The room's memory was told once that it is to keep something else. */
    boolean hasAdopted;

    record At(long epoch, long offset) {}

    record Arrived(long epoch, Entry entry) {}

    /** {@code except} must not hear it; {@code ack} tells the publisher when it was said. */
    record Origin(@Nullable ConnectionId except, EdgeMessage.@Nullable Reply ack, int loop, long acceptedNanos) {}

    record DueAck(At at, int loop, EdgeMessage.Reply ack) {}

    Tail(HostedRoom hosted, Keeping keeping) {
        this.hosted = hosted;
        this.keeping = keeping;
    }

    static Keeping keeping(RoomRule rule) {
        HistoryConfig history = rule.history();
        return new Keeping(
                rule.keepsState(), history.size(), history.ttl().toMillis(), history.bytes(), rule.stateBytes());
    }

    /** Of a replica that is there. */
    long epoch() {
        return replica == null ? 0 : replica.head().epoch();
    }

    /** False if the room's memory keeps what an earlier rule said. */
    boolean fits(Slice slice) {
        return (slice.state() != null) == keeping.state();
    }

    /** False when the room was closed meanwhile, or remembers something else. */
    boolean isCurrent() {
        return hosted.tail == this;
    }

    boolean isCurrent(Replica asked) {
        return isCurrent() && replica == asked;
    }

    /** The rule changed how much is kept, not what. */
    void keep(Keeping now) {
        keeping = now;
        if (replica != null) {
            replica.keep(now);
        }
    }

    boolean hasSaid(At at) {
        return replica != null
                && replica.head().epoch() == at.epoch()
                && replica.head().offset() >= at.offset();
    }

    /** True if it will never be said here: its epoch is over, or the place is behind. */
    boolean isPast(At at) {
        return replica != null
                && (replica.head().epoch() != at.epoch() || replica.head().offset() >= at.offset());
    }
}
