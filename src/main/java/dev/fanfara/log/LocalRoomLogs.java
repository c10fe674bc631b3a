package dev.fanfara.log;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.RoomLog;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The memories of the rooms of one event loop of a node that is alone: nothing waits, nothing is copied. Event loop only. */
public final class LocalRoomLogs implements RoomLogs {
    private static final long SWEEP_MS = 10_000;

    private final Vertx vertx;
    private final IntSupplier maxRooms;
    /** Milliseconds since 1970. */
    private final LongSupplier clock;

    private final Map<RoomName, Used> rooms = new HashMap<>();
    private final long sweeps;

    private static final class Used {
        final RoomLog log;
        long atMillis;

        Used(RoomLog log) {
            this.log = log;
        }
    }

    /** Created on its event loop. */
    public LocalRoomLogs(Vertx vertx, IntSupplier maxRooms) {
        this(vertx, maxRooms, System::currentTimeMillis);
    }

    LocalRoomLogs(Vertx vertx, IntSupplier maxRooms, LongSupplier clock) {
        this.vertx = vertx;
        this.maxRooms = maxRooms;
        this.clock = clock;
        this.sweeps = vertx.setPeriodic(SWEEP_MS, timer -> sweep());
    }

    @Override
    public Future<Appended> append(RoomName room, Batch batch) {
        RoomLog log = use(room, batch.keeping(), batch.freshEpoch());
        return log == null
                ? Future.failedFuture(full())
                : Future.succeededFuture(log.append(batch, clock.getAsLong()).answer());
    }

    @Override
    public Future<Slice> read(RoomName room, Keeping keeping, long freshEpoch) {
        RoomLog log = use(room, keeping, freshEpoch);
        return log == null ? Future.failedFuture(full()) : Future.succeededFuture(log.slice(clock.getAsLong()));
    }

    @Override
    public Future<@Nullable Slice> look(RoomName room) {
        Used used = rooms.get(room);
        return Future.succeededFuture(used == null ? null : used.log.slice(clock.getAsLong()));
    }

    @Override
    public Future<Map<RoomName, Head>> heads(Collection<RoomName> asked) {
        Map<RoomName, Head> heads = new HashMap<>();
        for (RoomName room : asked) {
            Used used = rooms.get(room);
            if (used != null) {
                used.atMillis = clock.getAsLong();
                heads.put(room, used.log.head());
            }
        }
        return Future.succeededFuture(heads);
    }

    @Override
    public Future<@Nullable Slice> renew(RoomName room, long knownEpoch, long freshEpoch) {
        Used used = rooms.get(room);
        if (used != null && used.log.head().epoch() == knownEpoch) {
            used.log.renew(freshEpoch);
        }
        return look(room);
    }

    @Override
    public void close() {
        vertx.cancelTimer(sweeps);
    }

    /** Null if it would have to begin, and must not. */
    private @Nullable RoomLog use(RoomName room, Keeping keeping, long freshEpoch) {
        Used used = rooms.get(room);
        if (used == null) {
            if (rooms.size() >= maxRooms.getAsInt()) {
                return null;
            }
            used = new Used(RoomLog.begin(freshEpoch, keeping));
            rooms.put(room, used);
        }
        used.atMillis = clock.getAsLong();
        return used.log;
    }

    static Refusal full() {
        return new Refusal(ErrorCode.LIMIT, "This node has as many rooms as it may have");
    }

    void sweep() {
        long now = clock.getAsLong();
        rooms.values().removeIf(used -> now - used.atMillis > Life.millis(used.log));
        rooms.values().forEach(used -> used.log.expire(now));
    }
}
