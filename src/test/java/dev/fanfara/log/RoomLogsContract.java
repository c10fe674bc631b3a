package dev.fanfara.log;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.STATE;
import static dev.fanfara.room.Batches.keyed;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Batches;
import dev.fanfara.room.Head;
import dev.fanfara.room.Outcome;
import dev.fanfara.room.Slice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every {@link RoomLogs} does, wherever it keeps its rooms. */
abstract class RoomLogsContract {
    private static final AtomicInteger ROOMS = new AtomicInteger();

    final RoomName room = new RoomName("room:" + ROOMS.incrementAndGet());
    final Batches ann = new Batches("n1", LOG).freshEpoch(11);

    abstract RoomLogs logs();

    /** The event loop that asks. */
    abstract Context context();

    @Test
    void whatIsAppendedIsRead() {
        Appended first = ask(() -> logs().append(room, ann.texts("a", "b")));
        ask(() -> logs().append(room, ann.texts("c")));

        Slice slice = ask(() -> logs().read(room, LOG, 12));

        assertThat(first.epoch()).isEqualTo(11);
        assertThat(first.outcomes()).extracting(Outcome::offset).containsExactly(1L, 2L);
        assertThat(said(slice.entries())).containsExactly("a", "b", "c");
        assertThat(slice.epoch()).isEqualTo(11);
        assertThat(slice.head()).isEqualTo(3);
    }

    @Test
    void aRepeatedBatchGetsTheSameAnswer() {
        Batch batch = ann.of(keyed("k", "a"), keyed("k", "b"));

        Appended first = ask(() -> logs().append(room, batch));

        assertThat(first.outcomes())
                .extracting(Outcome::kind)
                .containsExactly(Outcome.Kind.TAKEN, Outcome.Kind.CONFLICT);
        assertThat(ask(() -> logs().append(room, batch))).isEqualTo(first);
    }

    @Test
    void whoReadsARoomFirstBeginsIt() {
        Slice slice = ask(() -> logs().read(room, STATE, 12));

        assertThat(slice).extracting(Slice::epoch, Slice::head).containsExactly(12L, 0L);
        assertThat(new String(slice.state(), StandardCharsets.UTF_8)).isEqualTo("{}");
        assertThat(ask(() -> logs().read(room, STATE, 13)).epoch()).isEqualTo(12);
    }

    @Test
    void whoLooksBeginsNothing() {
        assertThat(ask(() -> logs().look(room))).isNull();
        assertThat(ask(() -> logs().renew(room, 1, 2))).isNull();

        ask(() -> logs().append(room, ann.texts("a")));

        assertThat(said(ask(() -> logs().look(room)).entries())).containsExactly("a");
    }

    @Test
    void aKnownEpochEndsOnce() {
        Batches patches = new Batches("n1", STATE).freshEpoch(11);
        ask(() -> logs().append(room, patches.patches("{\"a\":1}")));

        Slice renewed = ask(() -> logs().renew(room, 11, 12));
        Slice asItIs = ask(() -> logs().renew(room, 11, 13));

        assertThat(renewed).extracting(Slice::epoch, Slice::head).containsExactly(12L, 0L);
        assertThat(new String(renewed.state(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(asItIs.epoch()).isEqualTo(12);
    }

    @Test
    void headsAreOfTheRoomsThereAre() {
        Head head = ask(() -> logs().append(room, ann.texts("a"))).head();

        Map<RoomName, Head> heads = ask(() -> logs().heads(List.of(room, new RoomName("nobody:knows"))));

        assertThat(heads).containsExactly(Map.entry(room, head));
        assertThat(ask(() -> logs().heads(List.of()))).isEmpty();
    }

    @Test
    void answersComeOnTheLoopThatAsked() {
        Promise<Boolean> there = Promise.promise();
        context()
                .runOnContext(on -> logs().append(room, ann.texts("a"))
                        .onComplete(done -> there.complete(Vertx.currentContext() == context() && done.succeeded())));

        assertThat(await(there.future())).isTrue();
    }

    <T> T ask(Supplier<Future<T>> question) {
        Promise<T> answer = Promise.promise();
        context().runOnContext(on -> question.get().onComplete(answer));
        return await(answer.future());
    }

    void assertRefused(ErrorCode code, Supplier<Future<?>> question) {
        assertThatThrownBy(() -> ask(() -> question.get().mapEmpty()))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
