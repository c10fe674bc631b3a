package dev.fanfara.log;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.log.ClusteredRoomLogsTest.hazelcast;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.Nodes;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Slice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three nodes, two of them in JVMs of their own, one of which is killed while this one publishes. */
class KilledNodeTest {
    private static final int ROOMS = 60;

    private final Nodes nodes = new Nodes();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void close() {
        processes.forEach(Process::destroyForcibly);
        nodes.close();
    }

    @Test
    void nothingAcknowledgedIsLostOrTwiceWhenANodeIsKilled() throws IOException {
        Cluster here = nodes.start(nodes.options(0), ClusteredRoomLogs.structures(1, Standing.ALWAYS));
        HazelcastInstance hazelcast = hazelcast(here);
        ClusteredRoomLogs logs = new ClusteredRoomLogs(here.vertx(), hazelcast, () -> 100_000);
        member(1);
        Process killed = member(2);
        until("there are three", () -> hazelcast.getCluster().getMembers().size() == 3);
        until("data is safe", () -> hazelcast.getPartitionService().isClusterSafe());
        Context loop = here.vertx().getOrCreateContext();
        List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < ROOMS; i++) {
            Publisher publisher =
                    new Publisher(here.vertx(), logs, here.nodeId(), new RoomName("room:" + i), 1_000 + i);
            publishers.add(publisher);
            loop.runOnContext(on -> publisher.next());
        }
        until("all publish", () -> total(publishers) > 100 * ROOMS);

        killed.destroyForcibly();

        until("it is gone", () -> hazelcast.getCluster().getMembers().size() == 2);
        int then = total(publishers);
        until("all go on", () -> total(publishers) > then + 100 * ROOMS);
        publishers.forEach(Publisher::stop);
        until("all stopped", () -> publishers.stream().allMatch(publisher -> publisher.stopped));
        for (Publisher publisher : publishers) {
            Slice slice = await(Future.future(answer -> loop.runOnContext(
                    on -> logs.read(publisher.room, Publisher.ALL, 1).onComplete(answer))));
            assertThat(publisher.differences(slice)).as("%s", publisher.room).isEmpty();
            assertThat(publisher.acknowledged)
                    .as("%s has one epoch", publisher.room)
                    .containsOnlyKeys(slice.epoch());
            assertThat(publisher.refused).isZero();
            assertThat(slice.head()).isEqualTo(publisher.acknowledgedCount());
        }
        logs.close();
    }

    private static int total(List<Publisher> publishers) {
        return publishers.stream().mapToInt(publisher -> publisher.count).sum();
    }

    private Process member(int n) throws IOException {
        Process process = MemberProcess.start(nodes.options(n), "-Xmx256m", "-XX:TieredStopAtLevel=1");
        processes.add(process);
        return process;
    }
}
