package dev.fanfara.log;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.log.ClusteredRoomLogsTest.hazelcast;
import static dev.fanfara.room.Batches.LOG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.ClusterState;
import com.hazelcast.core.HazelcastInstance;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.Nodes;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batches;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes, of which two must be there. */
class FenceTest {
    private static final RoomName ROOM = new RoomName("room");

    private final Nodes nodes = new Nodes();
    private final Batches ann = new Batches("n1", LOG).freshEpoch(11);
    private Cluster a;
    private Cluster b;
    private Cluster c;
    private ClusteredRoomLogs logs;
    private volatile boolean confirmed = true;
    private final Standing standing = new Standing() {
        @Override
        public boolean isEnough(int members) {
            return members >= 2;
        }

        @Override
        public boolean isConfirmed() {
            return confirmed;
        }

        @Override
        public boolean isOneSideOnly() {
            return true;
        }
    };

    @BeforeEach
    void start() {
        a = start(0);
        b = start(1);
        c = start(2);
        until("data is safe", () -> hazelcast(a).getPartitionService().isClusterSafe());
        logs = new ClusteredRoomLogs(a.vertx(), hazelcast(a), () -> 100_000);
    }

    private Cluster start(int n) {
        return nodes.start(nodes.options(n), ClusteredRoomLogs.structures(1, standing));
    }

    @AfterEach
    void close() {
        logs.close();
        nodes.close();
    }

    @Test
    void oneOfThreeRefusesAtOnceToTakeAndToTell() {
        ask(() -> logs.append(ROOM, ann.texts("a")));

        hazelcast(b).getLifecycleService().terminate();
        hazelcast(c).getLifecycleService().terminate();
        until("a is alone", () -> hazelcast(a).getCluster().getMembers().size() == 1);

        assertRefused(() -> logs.append(ROOM, ann.texts("b")));
        assertRefused(() -> logs.read(ROOM, LOG, 12));
        assertRefused(() -> logs.renew(ROOM, 11, 12));
        assertThat(ask(() -> logs.heads(List.of(ROOM)))).as("a hint").hasSizeLessThanOrEqualTo(1);
    }

    /** Or else what is acknowledged then is on one node, which may be lost next. */
    @Test
    void nothingIsAcknowledgedBeforeItsCopyHasAPlace() {
        HazelcastInstance hazelcast = hazelcast(a);
        // As it is for moments after each loss, but for as long as the test wants.
        hazelcast.getCluster().changeClusterState(ClusterState.NO_MIGRATION);
        RoomName room = roomAt(b);
        hazelcast(b).getLifecycleService().terminate();
        until("b is gone", () -> hazelcast.getCluster().getMembers().size() == 2);

        Future<Appended> taken = asked(() -> logs.append(room, ann.texts("a")));
        Future<Slice> read = asked(() -> logs.read(room, LOG, 12));
        await(asked(() -> logs.heads(List.of(room))));
        assertThat(taken.isComplete() || read.isComplete()).isFalse();
        until("data moves", () -> letDataMove(hazelcast));

        assertThat(await(taken).outcomes()).hasSize(1);
        assertThat(await(read).epoch()).isEqualTo(await(taken).epoch());
    }

    /** Refused while the loss of the node is still being worked on. */
    private static boolean letDataMove(HazelcastInstance hazelcast) {
        try {
            hazelcast.getCluster().changeClusterState(ClusterState.ACTIVE);
            return true;
        } catch (IllegalStateException notYet) {
            return false;
        }
    }

    /** As after a freeze: it must be seen again before it is believed, and may be soon. */
    @Test
    void nothingIsAcknowledgedBeforeOtherNodesSeeThisOne() {
        confirmed = false;

        Future<Appended> taken = asked(() -> logs.append(roomAt(a), ann.texts("a")));
        await(asked(() -> logs.heads(List.of(ROOM))));
        assertThat(taken.isComplete()).isFalse();
        confirmed = true;

        assertThat(await(taken).outcomes()).hasSize(1);
    }

    private RoomName roomAt(Cluster node) {
        UUID owner = hazelcast(node).getCluster().getLocalMember().getUuid();
        return IntStream.range(0, 10_000)
                .mapToObj(i -> new RoomName("room:" + i))
                .filter(room -> hazelcast(a)
                        .getPartitionService()
                        .getPartition(room.value())
                        .getOwner()
                        .getUuid()
                        .equals(owner))
                .findFirst()
                .orElseThrow();
    }

    private void assertRefused(Supplier<Future<?>> question) {
        assertThatThrownBy(() -> await(asked(() -> question.get().mapEmpty())))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(refusal.sentence()).isEqualTo("This node cannot reach enough others");
                });
    }

    private <T> T ask(Supplier<Future<T>> question) {
        return await(asked(question));
    }

    private <T> Future<T> asked(Supplier<Future<T>> question) {
        Promise<T> answer = Promise.promise();
        a.vertx().getOrCreateContext().runOnContext(on -> question.get().onComplete(answer));
        return answer.future();
    }
}
