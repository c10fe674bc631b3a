package dev.fanfara.broadcast;

import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.Place;
import dev.fanfara.log.RoomLogs;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Outcome;
import dev.fanfara.room.Proposal;
import dev.fanfara.room.RoomLog;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memories of rooms as a cluster would keep them, but each answer comes when the test says so, or never. What is
 * asked happens at once; it is the answers that wait. Touched only by the event loop.
 */
final class ScriptedLogs implements RoomLogs {
    private static final String ELSEWHERE = "elsewhere";

    final Map<RoomName, RoomLog> rooms = new HashMap<>();
    final Gate appends = new Gate();
    final Gate reads = new Gate();
    /** Nothing is compared unless a test wants it: each repair is to be seen alone. */
    final Gate heads = new Gate();

    final Gate renewals = new Gate();
    final List<Batch> batches = new ArrayList<>();
    private long elsewhere;

    ScriptedLogs() {
        heads.fails();
    }

    /** Where answers pass, wait, or turn into failures. */
    static final class Gate {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private @Nullable Refusal failure;
        private boolean holds;
        int asked;

        void holds() {
            holds = true;
        }

        void fails() {
            failure = new Refusal(ErrorCode.UNAVAILABLE, "scripted");
        }

        /** From now on, and whatever waited. */
        void opens() {
            holds = false;
            failure = null;
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        /** The answer that has waited longest. */
        void passesOne() {
            waiting.remove().run();
        }

        int waiting() {
            return waiting.size();
        }

        private <T extends @Nullable Object> Future<T> answer(Supplier<T> happens) {
            asked++;
            if (!holds) {
                return failure == null ? Future.succeededFuture(happens.get()) : Future.failedFuture(failure);
            }
            Promise<T> answer = Promise.promise();
            if (failure == null) {
                T result = happens.get();
                waiting.add(() -> answer.complete(result));
            } else {
                Refusal refusal = failure;
                waiting.add(() -> answer.fail(refusal));
            }
            return answer.future();
        }
    }

    /** Another node publishes. The copy it sends is for the test to bring, late, twice or never. */
    Forwarded elsewhere(RoomName room, Keeping keeping, Payload payload, @Nullable String key) {
        RoomLog log = log(room, keeping, ++elsewhere);
        Batch batch = new Batch(
                ELSEWHERE,
                ++elsewhere,
                elsewhere,
                Head.UNKNOWN,
                keeping,
                List.of(new Proposal(ELSEWHERE, payload, key)));
        Appended answer = log.append(batch, System.currentTimeMillis()).answer();
        Outcome outcome = answer.outcomes().get(0);
        if (outcome.kind() != Outcome.Kind.TAKEN) {
            throw new AssertionError(outcome);
        }
        Place place = new Place(answer.epoch(), outcome.offset(), outcome.chain());
        return new Forwarded(room, ELSEWHERE, payload, answer.timestamp(), place);
    }

    /** The copy that was lost comes after all. */
    Forwarded copy(RoomName room, long offset) {
        RoomLog log = known(room);
        for (Entry entry : log.slice(System.currentTimeMillis()).entries()) {
            if (entry.offset() == offset) {
                Place place = new Place(log.head().epoch(), offset, entry.chain());
                return new Forwarded(room, entry.user(), entry.payload(), entry.timestamp(), place);
            }
        }
        throw new AssertionError("no " + offset);
    }

    /** Another node had reason to. */
    void renewElsewhere(RoomName room) {
        known(room).renew(++elsewhere);
    }

    /** What is left claims to be the same, and is not. */
    void fork(RoomName room, Payload... payloads) {
        RoomLog lost = known(room);
        rooms.put(room, RoomLog.begin(lost.head().epoch(), lost.keeping()));
        for (Payload payload : payloads) {
            elsewhere(room, lost.keeping(), payload, null);
        }
    }

    RoomLog known(RoomName room) {
        RoomLog log = rooms.get(room);
        if (log == null) {
            throw new AssertionError("nothing is remembered of " + room);
        }
        return log;
    }

    private RoomLog log(RoomName room, Keeping keeping, long freshEpoch) {
        return rooms.computeIfAbsent(room, first -> RoomLog.begin(freshEpoch, keeping));
    }

    @Override
    public Future<Appended> append(RoomName room, Batch batch) {
        batches.add(batch);
        return appends.answer(() -> log(room, batch.keeping(), batch.freshEpoch())
                .append(batch, System.currentTimeMillis())
                .answer());
    }

    @Override
    public Future<Slice> read(RoomName room, Keeping keeping, long freshEpoch) {
        return reads.answer(() -> log(room, keeping, freshEpoch).slice(System.currentTimeMillis()));
    }

    @Override
    public Future<@Nullable Slice> look(RoomName room) {
        return reads.answer(() -> slice(room));
    }

    private @Nullable Slice slice(RoomName room) {
        RoomLog log = rooms.get(room);
        return log == null ? null : log.slice(System.currentTimeMillis());
    }

    @Override
    public Future<Map<RoomName, Head>> heads(Collection<RoomName> asked) {
        return heads.answer(() -> {
            Map<RoomName, Head> known = new HashMap<>();
            asked.forEach(room -> {
                RoomLog log = rooms.get(room);
                if (log != null) {
                    known.put(room, log.head());
                }
            });
            return known;
        });
    }

    @Override
    public Future<@Nullable Slice> renew(RoomName room, long knownEpoch, long freshEpoch) {
        return renewals.answer(() -> {
            RoomLog log = rooms.get(room);
            if (log != null && log.head().epoch() == knownEpoch) {
                log.renew(freshEpoch);
            }
            return slice(room);
        });
    }

    @Override
    public void close() {}
}
