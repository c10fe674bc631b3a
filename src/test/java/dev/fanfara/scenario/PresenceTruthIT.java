package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Three real nodes and a room of hundreds, whose nodes fall silent, come back, and die. The order is part of the story. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PresenceTruthIT {
    private static final String ROOM = "crowd";
    private static final int CROWD = 300;

    private static List<GatewayProcess> nodes = List.of();
    private static final List<RawSocket> CROWD_SOCKETS = new ArrayList<>();

    @BeforeAll
    static void start() {
        nodes = GatewayProcess.cluster(3, "--no-demo", "--set", "limits.messages=100000/1m");
    }

    @AfterAll
    static void stop() {
        CROWD_SOCKETS.forEach(RawSocket::close);
        nodes.forEach(GatewayProcess::close);
    }

    @Test
    @Order(1)
    void aStormInALargeRoomIsAFewFramesForEachMember() {
        try (TestClient alice = TestClient.connect(nodes.get(0));
                TestClient bob = TestClient.connect(nodes.get(1))) {
            alice.joins(ROOM);
            bob.joins(ROOM);
            crowdJoins();
            awaitCount(alice, CROWD + 2, 10);
            awaitCount(bob, CROWD + 2, 10);
            alice.takeAll();
            bob.takeAll();
            long begin = System.nanoTime();

            for (int round = 0; round < 3; round++) {
                CROWD_SOCKETS.subList(0, 150).forEach(socket -> socket.says("{'type':'leave','room':'" + ROOM + "'}"));
                CROWD_SOCKETS.subList(0, 150).forEach(socket -> socket.says("{'type':'join','room':'" + ROOM + "'}"));
            }

            awaitCount(alice, CROWD + 2, 10);
            awaitCount(bob, CROWD + 2, 10);
            double seconds = (System.nanoTime() - begin) / 1e9;
            for (TestClient each : List.of(alice, bob)) {
                assertThat(each.allHeard("user-joined")).isEmpty();
                assertThat(each.allHeard("user-left")).isEmpty();
                assertThat(frames(each)).isLessThanOrEqualTo((long) Math.ceil(4 * seconds));
            }
        }
    }

    /** Twenty seconds: the cluster gives a silent node up after six, its oldest node after some more. */
    @Test
    @Tag("long")
    @Order(2)
    void whoseNodeIsFrozenIsGoneAndIsShownAgainOnceWhenItIsBack() {
        GatewayProcess frozen = nodes.get(2);
        try (TestClient alice = TestClient.connect(nodes.get(0));
                TestClient bob = TestClient.connect(nodes.get(1))) {
            alice.joins(ROOM);
            bob.joins(ROOM);
            awaitCount(alice, CROWD + 2, 10);

            frozen.signal("STOP");
            awaitCount(alice, 2, 20);
            awaitCount(bob, 2, 20);
            frozen.signal("CONT");

            try (TestClient carol = TestClient.connect(frozen)) {
                carol.joins(ROOM);
                Eventually.holds(() -> {
                    int there = (int) frozen.metric("fanfara_members");
                    assertThat(List.of(alice, bob, carol)).allMatch(client -> count(client) == there + 2);
                });
            }
        }
    }

    @Test
    @Order(3)
    void whoseNodeDiesIsGoneSoonAndInAFewFrames() {
        try (TestClient alice = TestClient.connect(nodes.get(0));
                TestClient bob = TestClient.connect(nodes.get(1))) {
            alice.joins(ROOM);
            bob.joins(ROOM);
            awaitCount(alice, CROWD + 2, 10);
            awaitCount(bob, CROWD + 2, 10);
            alice.takeAll();
            bob.takeAll();

            nodes.get(2).kill();

            awaitCount(alice, 2, 10);
            awaitCount(bob, 2, 10);
            for (TestClient each : List.of(alice, bob)) {
                assertThat(each.allHeard("user-left").size() + frames(each)).isLessThan(20);
            }
        }
    }

    private static void crowdJoins() {
        for (int i = 0; i < CROWD; i++) {
            CROWD_SOCKETS.add(RawSocket.upgradedWithSmallBuffer(nodes.get(2).port(), "/ws"));
        }
        CROWD_SOCKETS.forEach(socket -> socket.says("{'type':'join','room':'" + ROOM + "'}"));
    }

    /** Frames of presence that were not asked for. */
    private static long frames(TestClient client) {
        return client.allHeard("presence").stream()
                .filter(frame -> !frame.containsKey("id"))
                .count();
    }

    private static int count(TestClient client) {
        JsonObject presence = client.asks("'type':'presence','room':'" + ROOM + "'");
        assertThat(listed(presence)).isEqualTo(presence.getInteger("count"));
        return presence.getInteger("count");
    }

    private static int listed(JsonObject presence) {
        return presence.getJsonArray("members").stream()
                .mapToInt(user -> ((JsonObject) user).getInteger("connections"))
                .sum();
    }

    /** Asks until the room has so many members, all of them listed once. */
    private static void awaitCount(TestClient client, int expected, int seconds) {
        long begin = System.nanoTime();
        while (true) {
            JsonObject presence = client.asks("'type':'presence','room':'" + ROOM + "'");
            int listed = listed(presence);
            if (presence.getInteger("count") == expected && listed == expected) {
                return;
            }
            assertThat(System.nanoTime() - begin)
                    .as("count %s, listed %s", presence.getInteger("count"), listed)
                    .isLessThan(TimeUnit.SECONDS.toNanos(seconds));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }
}
