package dev.fanfara.log;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.log.ClusteredRoomLogsTest.hazelcast;
import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.cluster.Change;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.ClusterOptions;
import dev.fanfara.cluster.Nodes;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Batches;
import dev.fanfara.room.Head;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes leave, are lost, and find each other again. */
class LostNodesTest {
    private static final int ROOMS = 60;

    private final Nodes nodes = new Nodes();
    private final List<Cluster> started = new ArrayList<>();
    private final List<ClusteredRoomLogs> logs = new ArrayList<>();

    @AfterEach
    void close() {
        logs.forEach(ClusteredRoomLogs::close);
        nodes.close();
    }

    @Test
    void aNodeThatLeavesHandsItsRoomsOver() {
        Cluster a = start(0);
        Cluster b = start(1);
        until("data is safe", () -> hazelcast(a).getPartitionService().isClusterSafe());
        Map<RoomName, Head> heads = sayInAll(b, "n2");

        nodes.leave(b);

        assertThat(heads(a)).isEqualTo(heads);
    }

    @Test
    void whatWasAcknowledgedSurvivesANode() {
        Cluster a = start(0);
        Cluster b = start(1);
        until("data is safe", () -> hazelcast(a).getPartitionService().isClusterSafe());
        Map<RoomName, Head> heads = sayInAll(a, "n1");

        hazelcast(b).getLifecycleService().terminate();

        until("a is alone", () -> hazelcast(a).getCluster().getMembers().size() == 1);
        assertThat(heads(a)).isEqualTo(heads);
        for (RoomName room : rooms()) {
            assertThat(said(ask(a, () -> at(a).read(room, LOG, 99)).entries())).containsExactly("n1");
        }
    }

    @Test
    void whereOriginalAndCopyAreLostANewEpochBegins() {
        Cluster a = start(0);
        Cluster b = start(1);
        Cluster c = start(2);
        until("data is safe", () -> hazelcast(a).getPartitionService().isClusterSafe());
        Map<RoomName, Head> heads = sayInAll(a, "n1");

        hazelcast(b).getLifecycleService().terminate();
        hazelcast(c).getLifecycleService().terminate();

        int lost = 0;
        for (RoomName room : rooms()) {
            Slice slice = ask(a, () -> at(a).read(room, LOG, 99));
            if (slice.epoch() == 99) {
                lost++;
                assertThat(slice.head()).isZero();
            } else {
                assertThat(new Head(slice.epoch(), slice.head(), slice.chain())).isEqualTo(heads.get(room));
            }
        }
        assertThat(lost).isBetween(1, ROOMS - 1);
    }

    @Test
    void aNodeThatLeavesRefusesAtOnce() {
        Cluster a = start(0);
        RoomName room = rooms().get(0);
        ask(a, () -> at(a).append(room, new Batches("n1", LOG).texts("a")));

        hazelcast(a).getLifecycleService().terminate();

        assertThatThrownBy(() -> ask(a, () -> at(a).append(room, new Batches("n1", LOG).texts("b"))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(refusal.sentence()).isEqualTo("This node is leaving");
                });
    }

    /**
     * Both sides remember the same room, one goes on where the other stopped, both went on, or one has it alone: only where
     * somebody may have been told another story an epoch ends.
     */
    @Test
    void sidesThatFindEachOtherEndTheEpochsTheyTellDifferently() {
        Cluster a = start(nodes.options(0));
        Cluster b = start(nodes.stranger(1));
        RoomName same = new RoomName("same");
        RoomName further = new RoomName("further");
        RoomName differs = new RoomName("differs");
        RoomName here = new RoomName("here");
        RoomName there = new RoomName("there");
        // As nobody can publish the same on two sides at the same millisecond, one side gets a copy of the other's.
        for (RoomName room : List.of(same, further, differs)) {
            ask(a, () -> at(a).append(room, new Batches("n1", LOG).freshEpoch(5).texts("before")));
            String name = room.value();
            StoredLog stored =
                    hazelcast(a).<String, StoredLog>getMap("fanfara.rooms").get(name);
            hazelcast(b).<String, StoredLog>getMap("fanfara.rooms").set(name, stored);
        }
        ask(a, () -> at(a).append(differs, new Batches("a1", LOG).texts("a")));
        ask(b, () -> at(b).append(differs, new Batches("b1", LOG).texts("b")));
        ask(b, () -> at(b).append(further, new Batches("b1", LOG).texts("b")));
        ask(a, () -> at(a).append(here, new Batches("a1", LOG).freshEpoch(6).texts("a")));
        ask(b, () -> at(b).append(there, new Batches("b1", LOG).freshEpoch(7).texts("b")));
        Queue<Change> heard = new ConcurrentLinkedQueue<>();
        a.onChange(heard::add);
        b.onChange(heard::add);

        until("one side has merged", () -> heard.contains(new Change.Merged()));
        until(
                "there is there",
                () -> ask(a, () -> at(a).look(there)) != null && ask(a, () -> at(a).look(here)) != null);
        until("all merged", () -> ask(a, () -> at(a).look(differs)).epoch() != 5);

        assertThat(ask(a, () -> at(a).look(same)).epoch()).isEqualTo(5);
        Slice longer = ask(a, () -> at(a).look(further));
        assertThat(longer.epoch()).isEqualTo(5);
        assertThat(said(longer.entries())).containsExactly("before", "b");
        long epochHere = ask(a, () -> at(a).look(here)).epoch();
        long epochThere = ask(a, () -> at(a).look(there)).epoch();
        assertThat(epochHere != 6 || epochThere != 7)
                .as("one of them was on the smaller side")
                .isTrue();
        assertThat(epochHere == 6 || epochThere == 7).isTrue();

        until("data is safe", () -> hazelcast(a).getPartitionService().isClusterSafe());
        Map<RoomName, Head> heads = ask(a, () -> at(a).heads(List.of(same, further, differs, here, there)));
        hazelcast(b).getLifecycleService().terminate();
        until("a is alone", () -> hazelcast(a).getCluster().getMembers().size() == 1);
        assertThat(ask(a, () -> at(a).heads(heads.keySet())))
                .as("copies have the same epochs")
                .isEqualTo(heads);
    }

    private Cluster start(int n) {
        return start(nodes.options(n));
    }

    private Cluster start(ClusterOptions options) {
        Cluster node = nodes.start(options, config -> {
            ClusteredRoomLogs.structures(1, Standing.ALWAYS).accept(config);
            Nodes.mergesAfter(4, config);
        });
        logs.add(new ClusteredRoomLogs(node.vertx(), hazelcast(node), () -> 100_000));
        started.add(node);
        return node;
    }

    private RoomLogs at(Cluster node) {
        return logs.get(started.indexOf(node));
    }

    private static List<RoomName> rooms() {
        List<RoomName> rooms = new ArrayList<>();
        for (int i = 0; i < ROOMS; i++) {
            rooms.add(new RoomName("room:" + i));
        }
        return rooms;
    }

    private Map<RoomName, Head> sayInAll(Cluster node, String text) {
        Map<RoomName, Head> heads = new HashMap<>();
        for (RoomName room : rooms()) {
            heads.put(
                    room,
                    ask(node, () -> at(node).append(room, new Batches(text, LOG).texts(text)))
                            .head());
        }
        return heads;
    }

    private Map<RoomName, Head> heads(Cluster node) {
        return ask(node, () -> at(node).heads(rooms()));
    }

    private static <T> T ask(Cluster node, Supplier<Future<T>> question) {
        return await(Future.future(answer -> node.vertx()
                .getOrCreateContext()
                .runOnContext(on -> question.get().onComplete(answer))));
    }
}
