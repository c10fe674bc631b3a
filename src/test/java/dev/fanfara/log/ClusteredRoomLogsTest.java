package dev.fanfara.log;

import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.EntryView;
import com.hazelcast.core.HazelcastInstance;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.Nodes;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Batches;
import dev.fanfara.room.Proposal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes that stay. */
class ClusteredRoomLogsTest extends RoomLogsContract {
    private static final Nodes NODES = new Nodes();
    private static Cluster a;
    private static Cluster b;
    private static ClusteredRoomLogs atA;
    private static ClusteredRoomLogs atB;
    private static Context context;

    @BeforeAll
    static void start() {
        a = NODES.start(NODES.options(0), ClusteredRoomLogs.structures(1, Standing.ALWAYS));
        b = NODES.start(NODES.options(1), ClusteredRoomLogs.structures(1, Standing.ALWAYS));
        atA = new ClusteredRoomLogs(a.vertx(), hazelcast(a), () -> 100_000);
        atB = new ClusteredRoomLogs(b.vertx(), hazelcast(b), () -> 100_000);
        context = a.vertx().getOrCreateContext();
        until("data is safe", () -> hazelcast(a).getPartitionService().isClusterSafe());
    }

    @AfterAll
    static void close() {
        atA.close();
        atB.close();
        NODES.close();
    }

    @Override
    RoomLogs logs() {
        return atA;
    }

    @Override
    Context context() {
        return context;
    }

    @Test
    void whatIsAppendedOnOneNodeIsReadOnTheOther() {
        for (int i = 0; i < 20; i++) {
            RoomName each = new RoomName(room + ":" + i);
            Appended appended = ask(() -> atA.append(each, ann.texts("a")));
            ask(() -> atB.append(each, new Batches("n2", LOG).texts("b")));

            assertThat(said(ask(() -> atB.read(each, LOG, 13)).entries())).containsExactly("a", "b");
            assertThat(ask(() -> atB.look(each)).epoch()).isEqualTo(appended.epoch());
        }
    }

    @Test
    void headsOfManyRoomsAreOneQuestion() {
        List<RoomName> rooms = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            rooms.add(new RoomName(room + ":" + i));
        }
        ask(() -> Future.all(rooms.stream()
                .map(each -> atA.append(each, new Batches("n1", LOG).texts("a")))
                .toList()));

        assertThat(ask(() -> atB.heads(rooms)))
                .hasSize(2_000)
                .allSatisfy((each, head) -> assertThat(head.offset()).isEqualTo(1));
    }

    @Test
    void aRoomExpires() {
        ask(() -> atA.append(room, ann.texts("a")));

        EntryView<String, ?> stored =
                hazelcast(a).<String, Object>getMap("fanfara.rooms").getEntryView(room.value());

        assertThat(stored.getTtl()).isEqualTo(Duration.ofHours(1).toMillis());
    }

    @Test
    void aFullNodeBeginsNoRoom() {
        ask(() -> atA.append(room, ann.texts("a")));
        ClusteredRoomLogs full = new ClusteredRoomLogs(a.vertx(), hazelcast(a), () -> 0);
        RoomName other = new RoomName(room + ":other");

        assertRefused(ErrorCode.LIMIT, () -> full.append(other, ann.texts("a")));
        assertRefused(ErrorCode.LIMIT, () -> full.read(other, LOG, 13));
        ask(() -> full.append(room, ann.texts("b")));
        full.close();
    }

    @Test
    void theRoomsOfANodeAreCounted() {
        ClusteredRoomLogs few = new ClusteredRoomLogs(a.vertx(), hazelcast(a), () -> 1);
        for (int i = 0; i < 40; i++) {
            RoomName each = new RoomName(room + ":" + i);
            ask(() -> atA.append(each, new Batches("n1", LOG).texts("a")));
        }

        until("counted", () -> {
            Future<Appended> next = Future.future(promise -> context.runOnContext(
                    on -> few.append(new RoomName(room + ":" + System.nanoTime()), new Batches("n1", LOG).texts("a"))
                            .onComplete(promise)));
            return next.map(false).otherwise(true).await();
        });
        few.close();
    }

    @Test
    void aNodeAsksOnlySoMuchAtOnce() {
        Proposal large = new Proposal("ann", Batches.text("x".repeat(60_000)), null);
        int refused = ask(() -> {
            List<Future<Appended>> all = new ArrayList<>();
            for (int i = 0; i < 1_300; i++) {
                Batch batch = new Batches("n1", LOG).of(large);
                all.add(atA.append(new RoomName(room + ":" + i), batch));
            }
            return Future.join(all)
                    .transform(done -> Future.succeededFuture(
                            (int) all.stream().filter(Future::failed).count()));
        });

        assertThat(refused).isBetween(150, 200);
        assertThat(ask(() -> atA.append(room, ann.texts("a"))).outcomes()).hasSize(1);
    }

    static HazelcastInstance hazelcast(Cluster node) {
        return node.hazelcast().orElseThrow();
    }
}
