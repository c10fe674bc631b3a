package dev.fanfara.log;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Batches;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalRoomLogsTest extends RoomLogsContract {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final LocalRoomLogs logs = new LocalRoomLogs(vertx, () -> 2, now::get);

    @Override
    RoomLogs logs() {
        return logs;
    }

    @Override
    Context context() {
        return context;
    }

    @AfterEach
    void close() {
        logs.close();
        await(vertx.close());
    }

    @Test
    void aRoomInWhichNothingWasEverSaidIsForgottenSooner() {
        ask(() -> logs.read(room, LOG, 1));

        pass(HOUR / 2);

        assertThat(ask(() -> logs.look(room))).isNull();
    }

    @Test
    void aRoomThatNobodyUsesIsForgotten() {
        RoomName state = new RoomName("state");
        ask(() -> logs.append(room, ann.texts("a")));
        ask(() -> logs.append(state, new Batches("n1", STATE).patches("{}")));

        pass(HOUR);
        ask(() -> logs.heads(List.of(room)));
        pass(HOUR);
        assertThat(ask(() -> logs.look(room))).as("asked for an hour ago").isNotNull();
        pass(1);
        assertThat(ask(() -> logs.look(room))).isNull();

        pass(22 * HOUR - 1);
        assertThat(ask(() -> logs.look(state))).isNotNull();
        pass(1);
        assertThat(ask(() -> logs.look(state))).isNull();
    }

    @Test
    void aNodeTakesOnlySoManyRooms() {
        ask(() -> logs.append(room, ann.texts("a")));
        ask(() -> logs.read(new RoomName("second"), LOG, 12));

        assertRefused(ErrorCode.LIMIT, () -> logs.read(new RoomName("third"), LOG, 12));
        assertRefused(ErrorCode.LIMIT, () -> logs.append(new RoomName("third"), ann.texts("a")));
        ask(() -> logs.append(room, ann.texts("b")));
    }

    private void pass(long millis) {
        now.addAndGet(millis);
        ask(() -> {
            logs.sweep();
            return Future.succeededFuture();
        });
    }
}
